import type { GroupNameEvent } from '#shared/contracts/groups.js';
import { accept, type Decider, type Message, reject } from '#shared/es/decider.js';

/** There is one set of names. */
export const GROUP_NAMES_ID = 'all';
/** How long a claimed name waits for its group, whose creation or renaming a crash may have cut short. */
export const NAME_ABANDONED_AFTER_MS = 60_000;
const GROUPS_MAX = 1_000;

type Holder = Readonly<{ groupId: string; claimedAt: string }>;

/** Who holds which name, by the name as it is compared. */
export type GroupNames = Readonly<{ holders: Readonly<Record<string, Holder>> }>;

type Named = { name: string; groupId: string };

export type GroupNamesCommand =
  | Message<'ClaimGroupName', Named & { at: string }>
  /** `from` is a group that does not bear the name, though it holds it. */
  | Message<'TakeOverGroupName', Named & { at: string; from: string }>
  | Message<'ReleaseGroupName', Named>;

/** The same name in any case is the same name. */
export const groupNameKeyOf = (name: string): string => name.toLowerCase();

export const groupNameTaken = (name: string) =>
  reject('GroupNameTaken', `There is a group "${name}" already; choose another name.`);

/** The names of all groups: one each, whatever the case. */
export const groupNames: Decider<GroupNamesCommand, GroupNameEvent, GroupNames> = {
  initialState: { holders: {} },

  evolve({ holders }, { type, data }) {
    const { [groupNameKeyOf(data.name)]: _before, ...others } = holders;
    if (type === 'GroupNameReleased') return { holders: others };
    const { groupId, claimedAt } = data;
    return { holders: { ...others, [groupNameKeyOf(data.name)]: { groupId, claimedAt } } };
  },

  decide(command, { holders }) {
    const { name, groupId } = command.data;
    const key = groupNameKeyOf(name);
    const holder = Object.hasOwn(holders, key) ? holders[key] : undefined;
    if (command.type !== 'ReleaseGroupName') {
      const isRoom = Object.keys(holders).length < GROUPS_MAX;
      return holder || isRoom ? claim(command, holder) : tooMany();
    }
    const isOurs = holder?.groupId === groupId;
    return isOurs ? accept({ type: 'GroupNameReleased', data: { name, groupId } }) : accept();
  },
};

function claim(
  { type, data }: Exclude<GroupNamesCommand, { type: 'ReleaseGroupName' }>,
  holder: Holder | undefined,
) {
  const { name, groupId, at } = data;
  const claimed = accept<GroupNameEvent>({
    type: 'GroupNameClaimed',
    data: { name, groupId, claimedAt: at },
  });
  if (!holder) return claimed;
  const isFresh = Date.parse(at) - Date.parse(holder.claimedAt) < NAME_ABANDONED_AFTER_MS;
  // Made anew, so that nobody takes the name for abandoned while its group is about to use it.
  if (holder.groupId === groupId) return isFresh ? accept<GroupNameEvent>() : claimed;
  if (isFresh) return groupNameTaken(name);
  if (type === 'TakeOverGroupName') {
    return holder.groupId === data.from ? claimed : groupNameTaken(name);
  }
  return reject('ClaimIsOld', 'Whoever claimed this name may never have used it.');
}

const tooMany = () =>
  reject('TooManyGroups', `There are ${GROUPS_MAX} groups already; delete one that nobody needs.`);
