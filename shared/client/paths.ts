// oxlint-disable max-lines
// Written by `npm run client` from the gateway's OpenAPI document: change the contracts, not this file.

export interface paths {
  '/api/events': {
    /**
     * Server-sent events: `id` is the log’s sequence; come back with Last-Event-ID (or ?after=) and miss nothing
     */
    get: {
      parameters: {
        query?: {
          after?: string;
        };
        header?: {
          'Last-Event-ID'?: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'text/event-stream': unknown;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/openapi.json': {
    /**
     * This document
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': unknown;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/asyncapi.json': {
    /**
     * AsyncAPI 3: every event in the log, and every operation on the bus
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': unknown;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/docs': {
    /**
     * A page to read and try the API
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'text/html': unknown;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/docs/start.js': {
    /**
     * Starts that page
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'text/javascript': unknown;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/docs/assets/*': {
    /**
     * Files of Swagger UI
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            '*/*': unknown;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/sign-in': {
    /**
     * Sign in; the answer sets the cookie
     */
    post: {
      parameters: {};
      requestBody: {
        content: {
          'application/json': SignInRequest;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': SignInAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/sign-out': {
    /**
     * Sign out; open viewers of this sign-in close
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        204: {
          headers: Record<string, unknown>;
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/me': {
    /**
     * Who you are
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowMeAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/me/password': {
    /**
     * Change your password; your other sign-ins end
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': ChangePasswordRequest;
        };
      };
      responses: {
        204: {
          headers: Record<string, unknown>;
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/users': {
    /**
     * All users
     */
    get: {
      parameters: {
        query?: {
          limit?: number;
          cursor?: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListUsersAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
    /**
     * Add a user; a generated password is shown once
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': RegisterUserRequest;
        };
      };
      responses: {
        201: {
          headers: Record<string, unknown>;
          content: {
            'application/json': RegisterUserAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/users/{user_id}': {
    /**
     * Disable a user: sign-ins and viewers end at once
     */
    delete: {
      parameters: {
        path: {
          user_id: string;
        };
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        204: {
          headers: Record<string, unknown>;
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/users/reset-password': {
    /**
     * Give a user a new random password; over the control socket only
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': ResetPasswordRequest;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ResetPasswordAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/apps': {
    /**
     * The apps that you may use, by id
     */
    get: {
      parameters: {
        query?: {
          limit?: number;
          cursor?: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListAppsAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
    /**
     * Add an app
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': RegisterAppRequest;
        };
      };
      responses: {
        201: {
          headers: Record<string, unknown>;
          content: {
            'application/json': RegisterAppAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/apps/{app_id}': {
    /**
     * One app, with its version as ETag
     */
    get: {
      parameters: {
        path: {
          /**
           * Unique name of the app in paths
           */
          app_id: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': FindAppAnswer;
          };
        };
        304: {
          headers: Record<string, unknown>;
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
    /**
     * Replace what is said about an app
     */
    put: {
      parameters: {
        path: {
          /**
           * Unique name of the app in paths
           */
          app_id: string;
        };
        header: {
          'Idempotency-Key'?: string;
          'If-Match': string;
        };
      };
      requestBody: {
        content: {
          'application/json': ReviseAppRequest;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ReviseAppAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
    /**
     * Take an app out of the catalogue
     */
    delete: {
      parameters: {
        path: {
          /**
           * Unique name of the app in paths
           */
          app_id: string;
        };
        header: {
          'Idempotency-Key'?: string;
          'If-Match': string;
        };
      };
      responses: {
        204: {
          headers: Record<string, unknown>;
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/apps/{app_id}/launch': {
    /**
     * Open a url app; counts as a launch
     */
    post: {
      parameters: {
        path: {
          /**
           * Unique name of the app in paths
           */
          app_id: string;
        };
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': LaunchAppAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/apps/{app_id}/approvals': {
    /**
     * The users who may use an app with visibility "approved"
     */
    get: {
      parameters: {
        path: {
          /**
           * Unique name of the app in paths
           */
          app_id: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListApprovalsAnswer;
          };
        };
        304: {
          headers: Record<string, unknown>;
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/apps/{app_id}/approvals/{user_id}': {
    /**
     * Let a user use an app with visibility "approved"
     */
    put: {
      parameters: {
        path: {
          /**
           * Unique name of the app in paths
           */
          app_id: string;
          user_id: string;
        };
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        204: {
          headers: Record<string, unknown>;
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
    /**
     * Take a user off the list again
     */
    delete: {
      parameters: {
        path: {
          /**
           * Unique name of the app in paths
           */
          app_id: string;
          user_id: string;
        };
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        204: {
          headers: Record<string, unknown>;
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/sessions': {
    /**
     * Your sessions, newest first; administrators may ask for all
     */
    get: {
      parameters: {
        query?: {
          status?: 'creating' | 'running' | 'stopped' | 'expired' | 'failed';
          /**
           * `all` shows everybody's sessions, to administrators
           */
          scope?: 'own' | 'all';
          limit?: number;
          cursor?: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListSessionsAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
    /**
     * Launch a container app
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': RequestSessionRequest;
        };
      };
      responses: {
        201: {
          headers: Record<string, unknown>;
          content: {
            'application/json': RequestSessionAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/sessions/{session_id}': {
    /**
     * One session, with its version as ETag
     */
    get: {
      parameters: {
        path: {
          session_id: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': FindSessionAnswer;
          };
        };
        304: {
          headers: Record<string, unknown>;
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
    /**
     * Terminate a session; its desktop and workspace go
     */
    delete: {
      parameters: {
        path: {
          session_id: string;
        };
        header?: {
          'Idempotency-Key'?: string;
          'If-Match'?: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': StopSessionAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/sessions/{session_id}/viewer-tickets': {
    /**
     * Get a one-time ticket for the viewer’s WebSocket
     */
    post: {
      parameters: {
        path: {
          session_id: string;
        };
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody?: {
        content: {
          'application/json': IssueViewerTicketRequest;
        };
      };
      responses: {
        201: {
          headers: Record<string, unknown>;
          content: {
            'application/json': IssueViewerTicketAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/audit': {
    /**
     * The audit trail, newest first: the last 100 unless you ask for more or other
     */
    get: {
      parameters: {
        query?: {
          limit?: number;
          cursor?: string;
          user?: string;
          action?: string;
          resource_type?: string;
          resource_id?: string;
          outcome?: 'done' | 'refused';
          /**
           * That moment and later
           */
          since?: string;
          /**
           * Before that moment
           */
          until?: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListAuditAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/analytics': {
    /**
     * How often apps were launched, by app and by day
     */
    get: {
      parameters: {
        query?: {
          /**
           * How many days back `days` goes, today included
           */
          days?: number;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowAnalyticsAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/audit/tree-head': {
    /**
     * The newest signed head of the Merkle tree over the log, and where copies of it are
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowTreeHeadAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/audit/tree-heads': {
    /**
     * Signed tree heads, oldest first
     */
    get: {
      parameters: {
        query?: {
          after?: number;
          limit?: number;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListTreeHeadsAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/audit/public-key': {
    /**
     * The key that tree heads are checked with; keep a copy where Sortie can not change it
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowAuditKeyAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/audit/proofs/inclusion': {
    /**
     * Proof that a commit is in the log that was signed (RFC 6962)
     */
    get: {
      parameters: {
        query?: {
          /**
           * Place in the event log
           */
          sequence?: number;
          /**
           * Size of the tree; that of the newest signed head if absent
           */
          size?: number;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ProveInclusionAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/audit/proofs/consistency': {
    /**
     * Proof that the log only grew from one size to another (RFC 6962)
     */
    get: {
      parameters: {
        query?: {
          from?: number;
          to?: number;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ProveConsistencyAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/audit/proofs/peaks': {
    /**
     * What a tree of a size goes on from, to check the log from there on
     */
    get: {
      parameters: {
        query?: {
          size?: number;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowTreePeaksAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/audit/leaves': {
    /**
     * What the tree is over, place for place: the exact bytes that are hashed
     */
    get: {
      parameters: {
        query?: {
          after?: number;
          limit?: number;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListLeavesAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/branding': {
    /**
     * Name, logo and colours of this installation
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowBrandingAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/projections': {
    /**
     * Where every read model stands against the log
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowProjectionsAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/projections/{name}/hash': {
    /**
     * The state hash of a read model: two with the same events have the same
     */
    get: {
      parameters: {
        path: {
          name: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': HashProjectionAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
  '/api/projections/{name}/rebuild': {
    /**
     * Rebuild a read model from the log beside the old one, then switch
     */
    post: {
      parameters: {
        path: {
          name: string;
        };
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': RebuildProjectionAnswer;
          };
        };
        default: {
          headers: Record<string, unknown>;
          content: {
            'application/problem+json': Problem;
          };
        };
      };
    };
  };
}
/**
 * RFC 9457 problem document
 */
export interface Problem {
  type: string;
  title: string;
  status: number;
  /**
   * What was wrong and what to do about it
   */
  detail: string;
  instance: string;
  code:
    | 'InvalidRequest'
    | 'MalformedRequest'
    | 'SignInRequired'
    | 'SignInFailed'
    | 'SignInLocked'
    | 'Forbidden'
    | 'CrossSite'
    | 'NotFound'
    | 'MethodNotAllowed'
    | 'AppUnknown'
    | 'AppIdTaken'
    | 'NotAUrlApp'
    | 'NotAContainerApp'
    | 'SessionUnknown'
    | 'SessionNotRunning'
    | 'SessionEnded'
    | 'TransitionForbidden'
    | 'RuntimeUnavailable'
    | 'TicketRefused'
    | 'UserUnknown'
    | 'UserNameTaken'
    | 'LastAdministrator'
    | 'PasswordWrong'
    | 'PasswordTooWeak'
    | 'TreeHeadMissing'
    | 'NotInTree'
    | 'ProjectionUnknown'
    | 'VersionMissing'
    | 'VersionStale'
    | 'IdempotencyKeyReused'
    | 'HeadersTooLarge'
    | 'RequestTimedOut'
    | 'BodyTooLarge'
    | 'UnsupportedMediaType'
    | 'TooManyRequests'
    | 'TooManyConnections'
    | 'Unavailable'
    | 'Internal';
  /**
   * What the server’s log lines of the request have, too
   */
  traceId?: string;
  errors?: {
    field: string;
    message: string;
  }[];
}
export interface SignInRequest {
  name: string;
  password: string;
}
export interface SignInAnswer {
  user: {
    id: string;
    /**
     * What the user signs in with; unique, whatever the case
     */
    name: string;
    role: 'user' | 'auditor' | 'operator' | 'admin';
    /**
     * Somebody else chose or saw the password
     */
    must_change_password: boolean;
  };
}
export interface ShowMeAnswer {
  id: string;
  /**
   * What the user signs in with; unique, whatever the case
   */
  name: string;
  role: 'user' | 'auditor' | 'operator' | 'admin';
  /**
   * Somebody else chose or saw the password
   */
  must_change_password: boolean;
}
export interface ChangePasswordRequest {
  current_password: string;
  new_password: string;
}
export interface ListUsersAnswer {
  users: {
    id: string;
    /**
     * What the user signs in with; unique, whatever the case
     */
    name: string;
    role: 'user' | 'auditor' | 'operator' | 'admin';
    status: 'active' | 'disabled';
    /**
     * RFC 3339, UTC
     */
    created_at: string;
  }[];
  next_cursor?: string;
}
export interface RegisterUserRequest {
  /**
   * What the user signs in with; unique, whatever the case
   */
  name: string;
  role: 'user' | 'auditor' | 'operator' | 'admin';
  password?: string;
}
export interface RegisterUserAnswer {
  user: {
    id: string;
    /**
     * What the user signs in with; unique, whatever the case
     */
    name: string;
    role: 'user' | 'auditor' | 'operator' | 'admin';
    status: 'active' | 'disabled';
    /**
     * RFC 3339, UTC
     */
    created_at: string;
  };
  /**
   * The generated password, shown this once; null on a repeat of the same Idempotency-Key
   */
  password: string | null;
}
export interface ResetPasswordRequest {
  /**
   * What the user signs in with; unique, whatever the case
   */
  name: string;
}
export interface ResetPasswordAnswer {
  /**
   * What the user signs in with; unique, whatever the case
   */
  name: string;
  /**
   * The generated password, shown this once; null on a repeat of the same Idempotency-Key
   */
  password: string | null;
}
export interface ListAppsAnswer {
  apps: {
    /**
     * Unique name of the app in paths
     */
    id: string;
    /**
     * What people see
     */
    name: string;
    description: string;
    /**
     * What a url app opens
     */
    url: string;
    icon: string;
    category: string;
    visibility: 'public' | 'approved' | 'admin_only';
    launch_type: 'url' | 'container';
    container_image?: string;
  }[];
  next_cursor?: string;
}
export interface RegisterAppRequest {
  /**
   * Unique name of the app in paths
   */
  id?: string;
  /**
   * What people see
   */
  name: string;
  description?: string;
  /**
   * What a url app opens
   */
  url?: string;
  icon?: string;
  category?: string;
  visibility?: 'public' | 'approved' | 'admin_only';
  launch_type?: 'url' | 'container';
  /**
   * Image of a container app
   */
  container_image?: string;
}
export interface RegisterAppAnswer {
  /**
   * Unique name of the app in paths
   */
  id: string;
  /**
   * What people see
   */
  name: string;
  description: string;
  /**
   * What a url app opens
   */
  url: string;
  icon: string;
  category: string;
  visibility: 'public' | 'approved' | 'admin_only';
  launch_type: 'url' | 'container';
  container_image?: string;
}
export interface FindAppAnswer {
  /**
   * Unique name of the app in paths
   */
  id: string;
  /**
   * What people see
   */
  name: string;
  description: string;
  /**
   * What a url app opens
   */
  url: string;
  icon: string;
  category: string;
  visibility: 'public' | 'approved' | 'admin_only';
  launch_type: 'url' | 'container';
  container_image?: string;
}
export interface ReviseAppRequest {
  /**
   * Unique name of the app in paths
   */
  id?: string;
  /**
   * What people see
   */
  name: string;
  description?: string;
  /**
   * What a url app opens
   */
  url?: string;
  icon?: string;
  category?: string;
  visibility?: 'public' | 'approved' | 'admin_only';
  launch_type?: 'url' | 'container';
  /**
   * Image of a container app
   */
  container_image?: string;
}
export interface ReviseAppAnswer {
  /**
   * Unique name of the app in paths
   */
  id: string;
  /**
   * What people see
   */
  name: string;
  description: string;
  /**
   * What a url app opens
   */
  url: string;
  icon: string;
  category: string;
  visibility: 'public' | 'approved' | 'admin_only';
  launch_type: 'url' | 'container';
  container_image?: string;
}
export interface LaunchAppAnswer {
  url: string;
}
export interface ListApprovalsAnswer {
  user_ids: string[];
}
export interface ListSessionsAnswer {
  sessions: {
    id: string;
    user_id: string;
    /**
     * Unique name of the app in paths
     */
    app_id: string;
    app_name: string;
    /**
     * Name of its runtime, once it runs
     */
    pod_name: string | null;
    /**
     * Null where the runtime has no address of its own
     */
    pod_ip: string | null;
    status: 'creating' | 'running' | 'stopped' | 'expired' | 'failed';
    created_at: string;
    /**
     * When its status last changed
     */
    updated_at: string;
    /**
     * Last use of keyboard, pointer or clipboard
     */
    last_active_at: string | null;
    expires_at: string;
    /**
     * Why it ended
     */
    reason?: string;
    /**
     * How far it is while it is being created, where that takes long; else null
     */
    preparation: {
      /**
       * `image`: the image of its app is being fetched
       */
      step: 'image';
      /**
       * Bytes that are there
       */
      done: number;
      /**
       * Bytes of all that is known of; it may grow, and is 0 while unknown
       */
      total: number;
    } | null;
  }[];
  next_cursor?: string;
}
export interface RequestSessionRequest {
  /**
   * Unique name of the app in paths
   */
  app_id: string;
}
export interface RequestSessionAnswer {
  id: string;
  user_id: string;
  /**
   * Unique name of the app in paths
   */
  app_id: string;
  app_name: string;
  /**
   * Name of its runtime, once it runs
   */
  pod_name: string | null;
  /**
   * Null where the runtime has no address of its own
   */
  pod_ip: string | null;
  status: 'creating' | 'running' | 'stopped' | 'expired' | 'failed';
  created_at: string;
  /**
   * When its status last changed
   */
  updated_at: string;
  /**
   * Last use of keyboard, pointer or clipboard
   */
  last_active_at: string | null;
  expires_at: string;
  /**
   * Why it ended
   */
  reason?: string;
  /**
   * How far it is while it is being created, where that takes long; else null
   */
  preparation: {
    /**
     * `image`: the image of its app is being fetched
     */
    step: 'image';
    /**
     * Bytes that are there
     */
    done: number;
    /**
     * Bytes of all that is known of; it may grow, and is 0 while unknown
     */
    total: number;
  } | null;
}
export interface FindSessionAnswer {
  id: string;
  user_id: string;
  /**
   * Unique name of the app in paths
   */
  app_id: string;
  app_name: string;
  /**
   * Name of its runtime, once it runs
   */
  pod_name: string | null;
  /**
   * Null where the runtime has no address of its own
   */
  pod_ip: string | null;
  status: 'creating' | 'running' | 'stopped' | 'expired' | 'failed';
  created_at: string;
  /**
   * When its status last changed
   */
  updated_at: string;
  /**
   * Last use of keyboard, pointer or clipboard
   */
  last_active_at: string | null;
  expires_at: string;
  /**
   * Why it ended
   */
  reason?: string;
  /**
   * How far it is while it is being created, where that takes long; else null
   */
  preparation: {
    /**
     * `image`: the image of its app is being fetched
     */
    step: 'image';
    /**
     * Bytes that are there
     */
    done: number;
    /**
     * Bytes of all that is known of; it may grow, and is 0 while unknown
     */
    total: number;
  } | null;
}
export interface StopSessionAnswer {
  id: string;
  user_id: string;
  /**
   * Unique name of the app in paths
   */
  app_id: string;
  app_name: string;
  /**
   * Name of its runtime, once it runs
   */
  pod_name: string | null;
  /**
   * Null where the runtime has no address of its own
   */
  pod_ip: string | null;
  status: 'creating' | 'running' | 'stopped' | 'expired' | 'failed';
  created_at: string;
  /**
   * When its status last changed
   */
  updated_at: string;
  /**
   * Last use of keyboard, pointer or clipboard
   */
  last_active_at: string | null;
  expires_at: string;
  /**
   * Why it ended
   */
  reason?: string;
  /**
   * How far it is while it is being created, where that takes long; else null
   */
  preparation: {
    /**
     * `image`: the image of its app is being fetched
     */
    step: 'image';
    /**
     * Bytes that are there
     */
    done: number;
    /**
     * Bytes of all that is known of; it may grow, and is 0 while unknown
     */
    total: number;
  } | null;
}
export interface IssueViewerTicketRequest {
  mode?: 'control' | 'view';
}
export interface IssueViewerTicketAnswer {
  /**
   * Good for one WebSocket, as subprotocol `ticket.<ticket>`
   */
  ticket: string;
  expires_at: string;
  /**
   * Where to open the WebSocket
   */
  url: string;
}
export interface ListAuditAnswer {
  entries: {
    /**
     * Place in the trail, from 1
     */
    id: number;
    timestamp: string;
    /**
     * Id of the person; `system` is Sortie itself
     */
    user: string;
    /**
     * What was done or tried, e.g. CREATE_APP
     */
    action: string;
    /**
     * `changes` has {from, to} of each field; a refused attempt has code and detail
     */
    details: {
      [k: string]: unknown;
    };
    resource_type: string;
    resource_id: string;
    ip_address: string;
    user_agent: string;
    outcome: 'done' | 'refused';
    /**
     * Place in the event log
     */
    sequence: number;
    /**
     * Name of the user, if one has it
     */
    user_name?: string;
  }[];
  next_cursor?: string;
}
export interface ShowAnalyticsAnswer {
  /**
   * Of all time
   */
  total_launches: number;
  apps: {
    /**
     * Unique name of the app in paths
     */
    app_id: string;
    launches: number;
    last_launched_at: string;
    app_name?: string;
  }[];
  /**
   * Days (UTC) with launches, oldest first
   */
  days: {
    day: string;
    launches: number;
  }[];
}
export interface ShowTreeHeadAnswer {
  head: {
    /**
     * Place among the heads, from 1
     */
    number: number;
    /**
     * How many places of the log are in the tree: up to this sequence
     */
    size: number;
    /**
     * Root of the Merkle tree (RFC 6962, SHA-256)
     */
    root: string;
    time: string;
    /**
     * Id of the log
     */
    log: string;
    /**
     * SHA-256 of the head before it; zeros in the first
     */
    previous: string;
    /**
     * SHA-256 of the public key that it was signed with (DER, SPKI)
     */
    key: string;
    signature: string;
  };
  copies: {
    /**
     * A file, or where syslog is
     */
    place: string;
    /**
     * The newest head that it was handed
     */
    number: number;
    /**
     * Why it could not be handed the next
     */
    error: string | null;
  }[];
  /**
   * In what the log differs from its signed heads; nothing is signed then
   */
  trouble: string | null;
}
export interface ListTreeHeadsAnswer {
  heads: {
    /**
     * Place among the heads, from 1
     */
    number: number;
    /**
     * How many places of the log are in the tree: up to this sequence
     */
    size: number;
    /**
     * Root of the Merkle tree (RFC 6962, SHA-256)
     */
    root: string;
    time: string;
    /**
     * Id of the log
     */
    log: string;
    /**
     * SHA-256 of the head before it; zeros in the first
     */
    previous: string;
    /**
     * SHA-256 of the public key that it was signed with (DER, SPKI)
     */
    key: string;
    signature: string;
  }[];
}
export interface ShowAuditKeyAnswer {
  /**
   * SHA-256 of the public key (DER, SPKI), which heads name it by
   */
  key: string;
  algorithm: 'Ed25519';
  /**
   * PEM
   */
  public_key: string;
}
export interface ProveInclusionAnswer {
  sequence: number;
  size: number;
  root: string;
  /**
   * The bytes whose leaf hash is proved: the commit, as JSON
   */
  leaf: string;
  /**
   * Hashes from the leaves up, as RFC 6962 has them in sections 2.1.1 and 2.1.2
   */
  proof: string[];
}
export interface ProveConsistencyAnswer {
  from: number;
  to: number;
  from_root: string;
  to_root: string;
  /**
   * Hashes from the leaves up, as RFC 6962 has them in sections 2.1.1 and 2.1.2
   */
  proof: string[];
}
export interface ShowTreePeaksAnswer {
  size: number;
  /**
   * Roots of the whole subtrees, the largest first
   */
  peaks: string[];
}
export interface ListLeavesAnswer {
  /**
   * One a place of the log, in order; none at its end
   */
  leaves: string[];
  /**
   * The sequence of the last
   */
  through: number;
}
export interface ShowBrandingAnswer {
  logo_url: string;
  primary_color: string;
  secondary_color: string;
  tenant_name: string;
}
export interface ShowProjectionsAnswer {
  /**
   * Sequence of the last commit in the log
   */
  head: number;
  projections: {
    /**
     * <service>.<table>
     */
    name: string;
    /**
     * Sequence up to which the log is in its rows
     */
    checkpoint: number;
    /**
     * Commits behind the head of the log
     */
    lag: number;
    status: 'live' | 'stopped';
    /**
     * The event that it can not apply, and why
     */
    error: string | null;
  }[];
}
export interface HashProjectionAnswer {
  name: string;
  sequence: number;
  /**
   * SHA-256 over all rows in key order
   */
  hash: string;
}
export interface RebuildProjectionAnswer {
  name: string;
  sequence: number;
  events: number;
  durationMs: number;
  hashBefore: string;
  hashAfter: string;
}
