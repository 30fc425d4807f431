import type { Host } from './host.js';

/**
 * What a person reads once Sortie is ready: where it is and, the first time, how to get in. `cli` is how they call the
 * command line here.
 */
export function greeting(
  { url, services, firstAdministrator, seeded, warnings }: Host,
  cli: string,
): string {
  return [
    ...warnings.map((warning) => `Note: ${warning}`),
    ...(seeded > 0 ? [`The example catalogue is loaded: ${seeded} apps.`] : []),
    '',
    `Sortie is ready: ${url ?? services.join(', ')}`,
    ...(firstAdministrator
      ? [
          '',
          `  Name:      ${firstAdministrator.name}`,
          `  Password:  ${firstAdministrator.password}`,
          '',
          `This password is shown once; you choose your own when you sign in. Lost it: ${cli} admin reset-password admin`,
        ]
      : []),
    '',
    '',
  ].join('\n');
}
