import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsServerTls } from '#shared/adapters/nats-server-config.js';

/** Makes a certificate for localhost that is its own authority, valid for two days, in a folder. */
export function newCertificate(folder: string): { files: NatsServerTls; authority: string } {
  const keyFile = join(folder, 'key.pem');
  const certificateFile = join(folder, 'certificate.pem');
  const options =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost';
  const args = [...options.split(' '), '-keyout', keyFile, '-out', certificateFile];
  execFileSync('openssl', args, { stdio: 'pipe' });
  const authority = readFileSync(certificateFile, 'utf8');
  return { files: { keyFile, certificateFile, authorityFile: certificateFile }, authority };
}
