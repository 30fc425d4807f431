import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  ApproveDeviceSignIn,
  CollectDeviceToken,
  ShowDeviceSignIn,
  StartDeviceSignIn,
} from '#shared/contracts/ways-in.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import {
  answerDeviceSignIn,
  collectDeviceToken,
  showDeviceSignIn,
  startDeviceSignIn,
} from '../process/device-sign-in.js';
import { IDENTITY, type Identity } from '../tokens.js';

/** Signing a program in that has no browser (RFC 8628). */
@Controller()
export class DeviceController {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  @Handles(StartDeviceSignIn)
  start(
    @Payload() { data, context }: Asked<typeof StartDeviceSignIn>,
  ): Answered<typeof StartDeviceSignIn> {
    return startDeviceSignIn(this.identity, data, context);
  }

  @Handles(ShowDeviceSignIn)
  show(
    @Payload() { data, context }: Asked<typeof ShowDeviceSignIn>,
  ): Answered<typeof ShowDeviceSignIn> {
    return showDeviceSignIn(this.identity, data, context);
  }

  @Handles(ApproveDeviceSignIn)
  approve(
    @Payload() { data, context }: Asked<typeof ApproveDeviceSignIn>,
  ): Answered<typeof ApproveDeviceSignIn> {
    return answerDeviceSignIn(this.identity, data, context);
  }

  @Handles(CollectDeviceToken)
  collect(
    @Payload() { data, context }: Asked<typeof CollectDeviceToken>,
  ): Answered<typeof CollectDeviceToken> {
    return collectDeviceToken(this.identity, data, context);
  }
}
