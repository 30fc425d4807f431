import type { Command } from 'commander';
import { type Cli, dataOf } from './cli.js';

/** Adds `sortie admin`: what only the owner of the machine may. */
export function addAdminCommand(program: Command, { client, print }: Cli): void {
  program
    .command('admin')
    .description('what only the owner of the machine may')
    .command('reset-password <name>')
    .description('give a user a new random password, shown once, and end the user’s sign-ins')
    .action(async (name: string) => {
      const api = await client();
      const body = { name };
      const reset = dataOf(await api.POST('/api/users/reset-password', { params: {}, body }));
      print(reset, `The new password of ${reset.name}: ${reset.password}`);
    });
}
