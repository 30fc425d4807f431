// @ts-check
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Where this machine gets Debian from, read from its own apt settings: a machine may know a mirror
// that no one else can reach.

/** @typedef {{ uri: string, signedBy: string }} Mirror */
/** @typedef {Record<string, string>} Entry the fields of one source, by lower-case name */

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Finds the mirrors that bring a release's `main`, the ones that come with Debian's own keys first.
 * @param {{ etc?: string, codename: string }} of `etc` is apt's folder of settings
 * @returns {Mirror[]} none on a machine that is no Debian
 */
export function debianMirrors({ etc = '/etc/apt', codename }) {
  const mirrors = aptSources(etc)
    .filter((entry) => words(entry['types']).includes('deb') && entry['enabled'] !== 'no')
    .filter((entry) => words(entry['suites']).includes(codename))
    .filter((entry) => words(entry['components']).includes('main'))
    .flatMap((entry) =>
      words(entry['uris']).map((uri) => ({ uri, signedBy: keyringOf(entry['signed-by']) })),
    );
  return mirrors.sort((a, b) => Number(b.signedBy === KEYRING) - Number(a.signedBy === KEYRING));
}

/**
 * Reads the name of this machine's Debian release.
 * @param {string} [path]
 * @returns {string | undefined} undefined when it is no Debian
 */
export function debianCodename(path = '/etc/os-release') {
  const text = readIfThere(path);
  if (!/^ID="?debian"?$/m.test(text)) return undefined;
  return /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(text)?.[1];
}

/**
 * @param {string} etc
 * @returns {Entry[]}
 */
function aptSources(etc) {
  const parts = join(etc, 'sources.list.d');
  const files = [join(etc, 'sources.list'), ...namesIn(parts).map((name) => join(parts, name))];
  return files.flatMap((file) => {
    if (file.endsWith('.list')) return parseLines(readIfThere(file));
    return file.endsWith('.sources') ? parseStanzas(readIfThere(file)) : [];
  });
}

/**
 * Reads the older form, as in `deb [signed-by=/a.gpg] http://mirror/debian stable main`.
 * @param {string} text
 * @returns {Entry[]}
 */
export function parseLines(text) {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(deb)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
    if (match === null) return [];
    const [, types = '', options = '', uris = '', suites = '', components = ''] = match;
    const signedBy = /signed-by=(\S+)/.exec(options)?.[1];
    const entry = { types, uris, suites, components };
    return [signedBy === undefined ? entry : { ...entry, 'signed-by': signedBy }];
  });
}

/**
 * Reads the newer form: stanzas of `Name: value`, further lines of a value indented.
 * @param {string} text
 * @returns {Entry[]}
 */
export function parseStanzas(text) {
  const lines = text.replace(/^#.*\n?/gm, '');
  return lines.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = [...stanza.matchAll(/^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)/gm)];
    if (fields.length === 0) return [];
    return [
      Object.fromEntries(
        fields.map(([, name = '', value = '']) => [name.toLowerCase(), value.trim()]),
      ),
    ];
  });
}

/**
 * A key written out inside the entry cannot be handed on; Debian's own keyring has the same keys.
 * @param {string | undefined} signedBy
 */
const keyringOf = (signedBy) => (signedBy?.startsWith('/') ? signedBy : KEYRING);

/** @param {string | undefined} text */
const words = (text) => (text ?? '').split(/\s+/).filter((word) => word !== '');

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
