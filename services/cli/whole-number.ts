import { InvalidArgumentError } from 'commander';

/** Reads an argument that counts something, or says which. Errors: InvalidArgumentError. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}
