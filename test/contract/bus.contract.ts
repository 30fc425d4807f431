import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions, Payload } from '@nestjs/microservices';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Handles } from '#shared/boot/handles.js';
import type { BusRequest } from '#shared/boot/bus-request.js';
import { done, rejected } from '#shared/boot/reply.js';
import { CommandHandler } from '#shared/es/command-handler.js';
import { type Bus, BusUnavailableError, operationsOf, type Reply } from '#shared/es/operation.js';
import { asked } from '#test/support/catalog-host.js';

const { command, query } = operationsOf('probe');
const text = z.strictObject({ text: z.string() });
const allow = ['user'] as const;
const Echo = query('Echo', {
  allow,
  data: text,
  result: z.object({ text: z.string(), by: z.string() }),
});
const Refuse = command('Refuse', { allow, data: text, result: z.null() });
const Break = query('Break', { allow, data: text, result: z.null() });
const Hang = query('Hang', { allow, data: text, result: z.null() });
const Unanswered = query('Unanswered', { allow, data: text, result: z.null() });

@Controller()
class ProbeController {
  @Handles(Echo)
  async echo(@Payload() { data, context }: BusRequest<{ text: string }>) {
    return done({ text: data.text, by: context.actor.id }, 7);
  }

  @Handles(Refuse)
  async refuse(): Promise<Reply<null>> {
    return rejected('AppUnknown', 'no such thing');
  }

  @Handles(Break)
  async break(): Promise<Reply<null>> {
    throw new Error('a secret of the service');
  }

  @Handles(Hang)
  async hang(): Promise<Reply<null>> {
    return new Promise(() => undefined);
  }
}

/** What `open` hands to the suite: the bus, the transport that services listen on, and its request deadline. */
export type OpenBus = () => Promise<{
  bus: Bus;
  transport: MicroserviceOptions;
  close: () => Promise<void>;
}>;

/** The contract of the bus port: requests reach the one who answers, and the caller always hears something. */
export function busContract(name: string, open: OpenBus): void {
  describe(`the ${name} bus`, () => {
    const refusals: unknown[] = [];
    let opened: Awaited<ReturnType<OpenBus>>;
    let close: () => Promise<void>;

    beforeAll(async () => {
      opened = await open();
      const recordRefusal = async (refused: unknown): Promise<void> => void refusals.push(refused);
      const providers = [{ provide: CommandHandler, useValue: { recordRefusal } }];
      class ProbeModule {}
      const module = { module: ProbeModule, controllers: [ProbeController], providers };
      const app = await NestFactory.createMicroservice(module, {
        ...opened.transport,
        logger: false,
      });
      await app.listen();
      close = async () => {
        await app.close();
        await opened.close();
      };
    });
    afterAll(() => close());

    it('brings data and context to the service, and the reply back', async () => {
      const reply = await opened.bus.request(Echo, { text: 'hä?' }, asked('user'));
      expect(reply).toEqual({ kind: 'done', result: { text: 'hä?', by: 'user-1' }, version: 7 });
    });

    it('keeps many requests at once apart', async () => {
      const texts = Array.from({ length: 200 }, (_, i) => `n${i}`);
      const replies = await Promise.all(
        texts.map((t) => opened.bus.request(Echo, { text: t }, asked('user'))),
      );
      expect(replies.map((r) => r.kind === 'done' && r.result.text)).toEqual(texts);
    });

    it('answers a refusal as a value, and a command’s refusal is put on record', async () => {
      const reply = await opened.bus.request(Refuse, { text: '' }, asked('user'));
      expect(reply).toEqual({ kind: 'rejected', code: 'AppUnknown', detail: 'no such thing' });
      expect(refusals).toContainEqual(expect.objectContaining({ operation: 'Refuse' }));
    });

    it('refuses a role that the operation does not allow, before the service sees the request', async () => {
      const reply = await opened.bus.request(Break, { text: '' }, asked('anonymous'));
      expect(reply).toMatchObject({ kind: 'rejected', code: 'Forbidden' });
    });

    it('refuses data of another shape', async () => {
      const reply = await opened.bus.request(Echo, { text: 5 } as never, asked('user'));
      expect(reply).toMatchObject({ kind: 'rejected', code: 'InvalidRequest' });
    });

    it('throws when a service breaks', async () => {
      await expect(opened.bus.request(Break, { text: '' }, asked('user'))).rejects.toThrow(/\S/);
    });

    it('throws when nobody answers', async () => {
      const unanswered = opened.bus.request(Unanswered, { text: '' }, asked('user'));
      await expect(unanswered).rejects.toThrow(BusUnavailableError);
    });

    it('throws when the answer does not come in time', async () => {
      const hanging = opened.bus.request(Hang, { text: '' }, asked('user'));
      await expect(hanging).rejects.toThrow(BusUnavailableError);
    });
  });
}
