import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Authority = Readonly<{
  /** PEM. */
  ca: string;
  /** Makes a key and a certificate for a host name. */
  certify: (name: string) => Readonly<{ cert: string; key: string }>;
}>;

/** A certificate authority that nobody knows, made for a test with openssl. */
export function newAuthority(name: string): Authority {
  return inFolder((folder) => {
    openssl(folder, ...NEW_KEY, 'ca.key', '-x509', '-out', 'ca.crt', '-subj', `/CN=${name}`);
    const read = (file: string) => readFileSync(join(folder, file), 'utf8');
    const [ca, caKey] = [read('ca.crt'), read('ca.key')];
    return { ca, certify: (host) => certify(host, { ca, caKey }) };
  });
}

const NEW_KEY = ['req', '-newkey', 'rsa:2048', '-nodes', '-keyout'];

function certify(host: string, { ca, caKey }: { ca: string; caKey: string }) {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'ca.crt'), ca);
    writeFileSync(join(folder, 'ca.key'), caKey);
    writeFileSync(join(folder, 'names'), `subjectAltName=DNS:${host}`);
    openssl(folder, ...NEW_KEY, 'key', '-out', 'request', '-subj', `/CN=${host}`);
    const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
    openssl(folder, 'x509', '-req', '-in', 'request', '-out', 'cert', ...signing);
    const read = (file: string) => readFileSync(join(folder, file), 'utf8');
    return { cert: read('cert'), key: read('key') };
  });
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'sortie-ca-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const openssl = (cwd: string, ...args: readonly string[]): void =>
  void execFileSync('openssl', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
