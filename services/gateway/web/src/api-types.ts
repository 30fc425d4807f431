import type * as Rest from '../../../../shared/client/paths.js';

/** The shapes of the REST interface as the page uses them, from the types that its own document gives. */

export type Me = Rest.ShowMeAnswer;
export type Role = Me['role'];
export type Branding = Rest.ShowBrandingAnswer;

export type App = Rest.FindAppAnswer;
export type AppDraft = Omit<App, 'id'>;
export type Visibility = App['visibility'];
export type LaunchType = App['launch_type'];

/** Where its desktop runs is nothing that a page shows; whose it is, lists tell to who may know. */
export type Session = Omit<Rest.ListSessionsAnswer['sessions'][number], 'pod_name' | 'pod_ip'>;
export type SessionStatus = Session['status'];
/** How far a session is that is being created: bytes; `total` is 0 while nobody knows it. */
export type Preparation = NonNullable<Session['preparation']>;
/** How many sessions there may be, and how many there are. */
export type Quota = Rest.FindQuotaAnswer;

export type ViewerTicket = Rest.IssueViewerTicketAnswer;
export type ViewerMode = ViewerTicket['mode'];
/** A share of one's own session: a person, or a link that people may take. */
export type Share = Rest.ListSharesAnswer['shares'][number];
export type ShareDraft = Rest.ShareSessionRequest;
/** A session of somebody else, as far as it is shared. */
export type SharedSession = Rest.AcceptShareAnswer;
/** Somebody who has a desktop on screen now. */
export type Viewer = Rest.ListViewersAnswer['viewers'][number];

export type SignIn = Rest.ListSignInsAnswer['sign_ins'][number];
/** What a program may use instead of a password. */
export type ApiToken = Rest.ListApiTokensAnswer['tokens'][number];
export type ApiTokenDraft = Rest.IssueApiTokenRequest;
export type SecondFactor = Rest.ShowSecondFactorAnswer;
/** A way to sign in elsewhere. */
export type Provider = Rest.ListSignInProvidersAnswer['providers'][number];
/** A program that waits for its owner's word. */
export type DeviceRequest = Rest.ShowDeviceSignInAnswer;
/** What follows a person from browser to browser. */
export type KeptPreferences = Rest.ShowPreferencesAnswer;

export type User = Rest.ListUsersAnswer['users'][number];
export type AuditEntry = Rest.ListAuditAnswer['entries'][number];
/** How many entries of the trail there were, hour by hour or day by day. */
export type Timeline = Rest.ShowAuditTimelineAnswer;
/** How an app was from a moment on, and who made it so. */
export type AppRevision = Rest.ListAppRevisionsAnswer['revisions'][number];
/** Who may use an app of visibility 'approved'. */
export type Approvals = Rest.ListApprovalsAnswer;
/** Who looks after the apps of a category. */
export type Category = Rest.ListCategoriesAnswer['categories'][number];
export type GroupLine = Rest.ListGroupsAnswer['groups'][number];
export type Group = Rest.FindGroupAnswer;
/** What erasing a person would make unreadable. */
export type Erasure = Rest.ShowErasureAnswer;
export type Analytics = Rest.ShowAnalyticsAnswer;
export type Projections = Rest.ShowProjectionsAnswer;
export type Projection = Projections['projections'][number];

export interface AuditFilter {
  q?: string;
  user?: string;
  action?: string;
  resource_type?: string;
  outcome?: string;
  since?: string;
  until?: string;
}
