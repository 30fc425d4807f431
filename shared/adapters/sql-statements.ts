/** What a statement may hold a semicolon in: quoted text and names, a dollar-quoted body, a comment. */
const OPAQUE =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|;|[^'"$;/-]+|[\s\S]/g;
const COMMENT = /^(--|\/\*)/;
/** SQLite's triggers have statements of their own in them, up to the last word. */
const OPEN_TRIGGER = /^\s*CREATE\s+TRIGGER\b(?!.*\bEND\s*$)/is;

/** Takes SQL apart at its semicolons, but for those within a trigger's BEGIN and END. Comments are left out; so are statements of nothing else. */
export function statementsOf(sql: string): string[] {
  const statements: string[] = [];
  let statement = '';
  const end = (): void => {
    if (statement.trim() !== '') statements.push(statement.trim());
    statement = '';
  };
  for (const [part] of sql.matchAll(OPAQUE)) {
    if (part === ';' && !OPEN_TRIGGER.test(statement)) end();
    else if (!COMMENT.test(part)) statement += part;
  }
  end();
  return statements;
}
