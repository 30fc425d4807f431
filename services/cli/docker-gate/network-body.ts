import { z } from 'zod';
import { objectName } from './mounts.js';
import { ownLabels } from './ownership.js';
import { isWithin, type Subnet, subnetIn } from './subnet.js';

const flag = z.enum(['true', 'false']);

/** The machine sends everything for these addresses to the network: they must be nobody else's. */
const addresses = (subnets: Subnet) =>
  z.strictObject({
    Driver: z.literal('default').optional(),
    Config: z
      .array(
        z.strictObject({
          Subnet: z.string().refine((given) => {
            const subnet = subnetIn(given);
            return subnet !== undefined && isWithin(subnet, subnets);
          }, 'it must lie in --subnets of the gate'),
        }),
      )
      .max(1),
  });

/** What a network may be made from: a bridge of its own. */
export const networkBody = (installation: string, subnets: Subnet) =>
  z.strictObject({
    Name: objectName,
    Driver: z.literal('bridge').optional(),
    CheckDuplicate: z.boolean().optional(),
    Internal: z.boolean().optional(),
    Attachable: z.literal(false).optional(),
    Ingress: z.literal(false).optional(),
    EnableIPv6: z.literal(false).optional(),
    IPAM: addresses(subnets).optional(),
    Options: z
      .strictObject({
        'com.docker.network.bridge.enable_icc': flag,
        'com.docker.network.bridge.enable_ip_masquerade': flag,
      })
      .partial()
      .optional(),
    Labels: ownLabels(installation),
  });
