// The baseline of the HTTP figures, in a process of its own: node:http that sends given bytes, and for a POST
// inserts a row with better-sqlite3 (WAL, FULL) and reads it back for a GET of its id.
import { createServer } from 'node:http';
import { Database } from '#shared/adapters/sqlite-library.js';

const [databasePath = '', bytes = ''] = process.argv.slice(2);
const db = new Database(databasePath);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec('CREATE TABLE apps (id TEXT PRIMARY KEY, body TEXT NOT NULL)');
const insert = db.prepare('INSERT INTO apps VALUES (?, ?)');
const select = db.prepare('SELECT body FROM apps WHERE id = ?').pluck();
const json = { 'content-type': 'application/json; charset=utf-8' };

const server = createServer((request, response) => {
  const id = request.url?.split('/')[3];
  if (request.method === 'GET') {
    response.writeHead(200, json).end(id ? select.get(id) : bytes);
    return;
  }
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    insert.run((JSON.parse(body) as { id: string }).id, body);
    response.writeHead(201, json).end(body);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
