import { RuntimeFailure } from './runtime-driver.js';

const DOMAIN = String.raw`(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?\/)?`;
const PART = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const TAG = String.raw`[\w][\w.-]{0,127}`;
const DIGEST = 'sha256:[0-9a-f]{64}';
/** The grammar of github.com/distribution/reference, for the one kind of digest that there is. */
const REFERENCE = new RegExp(
  `^(?<repository>${DOMAIN}${PART}(?:/${PART})*)(?::(?<tag>${TAG}))?(?:@(?<digest>${DIGEST}))?$`,
);
const REFERENCE_MAX = 255;

/** An image's name in its parts; `version` is its tag or digest, and `latest` where neither is named. */
export interface ImageName {
  readonly repository: string;
  readonly version: string;
  /** The whole of it, with a version. */
  readonly full: string;
}

/** Tells whether a text can name an image. */
export const isImageName = (text: string): boolean =>
  text.length <= REFERENCE_MAX && REFERENCE.test(text);

/** Reads the name of an image. Throws `InvalidSpec`. */
export function parseImageName(text: string): ImageName {
  const parts = text.length <= REFERENCE_MAX ? REFERENCE.exec(text)?.groups : undefined;
  const repository = parts?.['repository'];
  if (repository === undefined) {
    throw new RuntimeFailure(
      'InvalidSpec',
      `"${text.slice(0, REFERENCE_MAX)}" can't name an image: write it like registry.example.com/team/app:1.2.`,
    );
  }
  const digest = parts?.['digest'];
  if (digest !== undefined) return { repository, version: digest, full: `${repository}@${digest}` };
  const version = parts?.['tag'] ?? 'latest';
  return { repository, version, full: `${repository}:${version}` };
}
