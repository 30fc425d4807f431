// oxlint-disable max-lines
// Written by `npm run client` from the gateway's OpenAPI document: change the contracts, not this file.

export type SeeFrameAnswer = string;
export type BeginAuditExportAnswer = string;
export type BeginAuditExportAnswer1 = string;

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
  '/api/sign-in/oidc/start': {
    /**
     * Sends a browser to the sign-in provider
     */
    get: {
      parameters: {
        query?: {
          to?: string;
        };
      };
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
  '/api/sign-in/oidc/callback': {
    /**
     * Where the sign-in provider sends the browser back to; sets the cookie
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
  '/api/me/preferences': {
    /**
     * How you like the page to be, wherever you sign in
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowPreferencesAnswer;
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
     * Keep how you like it
     */
    put: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
          'If-Match'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': KeepPreferencesRequest;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': KeepPreferencesAnswer;
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
  '/api/users': {
    /**
     * Users by name: all, or those with a part of a name or a role
     */
    get: {
      parameters: {
        query?: {
          limit?: number;
          cursor?: string;
          /**
           * Part of the name, in any case
           */
          query?: string;
          role?: 'user' | 'auditor' | 'operator' | 'admin';
          asOf?: string;
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
     * One user, with its version as ETag
     */
    get: {
      parameters: {
        query?: {
          asOf?: string;
        };
        path: {
          user_id: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': FindUserAnswer;
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
  '/api/users/{user_id}/role': {
    /**
     * Give a user another role; what the user has open closes, to be opened with it
     */
    put: {
      parameters: {
        path: {
          user_id: string;
        };
        header: {
          'Idempotency-Key'?: string;
          'If-Match': string;
        };
      };
      requestBody: {
        content: {
          'application/json': ChangeRoleRequest;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ChangeRoleAnswer;
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
  '/api/users/{user_id}/reset-password': {
    /**
     * Give a user a new random password, shown once; all of the user’s sign-ins end
     */
    post: {
      parameters: {
        path: {
          user_id: string;
        };
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ResetUserPasswordAnswer;
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
  '/api/me/sign-ins': {
    /**
     * Where you are signed in, the one seen last first
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListSignInsAnswer;
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
  '/api/me/sign-ins/{sign_in_id}': {
    /**
     * End one of your sign-ins; its viewers and event streams close
     */
    delete: {
      parameters: {
        path: {
          sign_in_id: string;
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
  '/api/me/sign-out-everywhere': {
    /**
     * End all of your sign-ins, this one too; API tokens go on
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
  '/api/users/{user_id}/sign-out': {
    /**
     * End all sign-ins of a user; API tokens go on
     */
    post: {
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
  '/api/me/second-factor': {
    /**
     * Whether you have a second factor
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowSecondFactorAnswer;
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
     * Get a secret for an authenticator app (RFC 6238); nothing changes until it is confirmed
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      responses: {
        201: {
          headers: Record<string, unknown>;
          content: {
            'application/json': BeginSecondFactorAnswer;
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
  '/api/me/second-factor/confirm': {
    /**
     * Put the second factor in force with a code of it; recovery codes are shown once
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': ConfirmSecondFactorRequest;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ConfirmSecondFactorAnswer;
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
  '/api/me/second-factor/remove': {
    /**
     * Remove your second factor; it takes the password
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': RemoveSecondFactorRequest;
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
  '/api/users/{user_id}/remove-second-factor': {
    /**
     * Remove the second factor of a user who has lost it
     */
    post: {
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
  '/api/me/tokens': {
    /**
     * Your API tokens, newest first
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListApiTokensAnswer;
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
     * Get an API token, for `Authorization: Bearer`; it is shown once
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': IssueApiTokenRequest;
        };
      };
      responses: {
        201: {
          headers: Record<string, unknown>;
          content: {
            'application/json': IssueApiTokenAnswer;
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
  '/api/me/tokens/{token_id}': {
    /**
     * Revoke one of your API tokens; its event streams end
     */
    delete: {
      parameters: {
        path: {
          token_id: string;
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
  '/api/users/{user_id}/tokens': {
    /**
     * The API tokens of a user
     */
    get: {
      parameters: {
        path: {
          user_id: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListUserApiTokensAnswer;
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
  '/api/users/{user_id}/tokens/{token_id}': {
    /**
     * Revoke an API token of a user; its event streams end
     */
    delete: {
      parameters: {
        path: {
          user_id: string;
          token_id: string;
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
  '/api/sign-in/providers': {
    /**
     * Where people can sign in elsewhere; none unless it is set
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListSignInProvidersAnswer;
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
  '/api/device-codes': {
    /**
     * Begin to sign a program in: it shows the user code, and asks for its token
     */
    post: {
      parameters: {};
      requestBody: {
        content: {
          'application/json': StartDeviceSignInRequest;
        };
      };
      responses: {
        201: {
          headers: Record<string, unknown>;
          content: {
            'application/json': StartDeviceSignInAnswer;
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
  '/api/device-codes/token': {
    /**
     * Ask for the token, every `interval` seconds, until somebody says yes or no
     */
    post: {
      parameters: {};
      requestBody: {
        content: {
          'application/json': CollectDeviceTokenRequest;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': CollectDeviceTokenAnswer;
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
  '/api/device-codes/show': {
    /**
     * What asks with a user code, for the person who is to answer
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': ShowDeviceSignInRequest;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowDeviceSignInAnswer;
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
  '/api/device-codes/approve': {
    /**
     * Say yes or no to what asks with a user code; with a yes it acts for you
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': ApproveDeviceSignInRequest;
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
  '/api/users/{user_id}/erasure': {
    /**
     * What erasing a user would make unreadable, and what would stay; nothing is done
     */
    get: {
      parameters: {
        path: {
          user_id: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowErasureAnswer;
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
  '/api/users/{user_id}/erase': {
    /**
     * Forget the key of a disabled user: name and addresses are unreadable everywhere, for good
     */
    post: {
      parameters: {
        path: {
          user_id: string;
        };
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': ErasePersonRequest;
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
  '/api/groups': {
    /**
     * All groups, by name
     */
    get: {
      parameters: {
        query?: {
          limit?: number;
          cursor?: string;
          asOf?: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListGroupsAnswer;
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
     * Make a group
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': CreateGroupRequest;
        };
      };
      responses: {
        201: {
          headers: Record<string, unknown>;
          content: {
            'application/json': CreateGroupAnswer;
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
  '/api/groups/{group_id}': {
    /**
     * One group with its members, with its version as ETag
     */
    get: {
      parameters: {
        query?: {
          asOf?: string;
        };
        path: {
          group_id: string;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': FindGroupAnswer;
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
     * Give a group another name
     */
    put: {
      parameters: {
        path: {
          group_id: string;
        };
        header: {
          'Idempotency-Key'?: string;
          'If-Match': string;
        };
      };
      requestBody: {
        content: {
          'application/json': RenameGroupRequest;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': RenameGroupAnswer;
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
     * Delete a group; its members lose what it let them use
     */
    delete: {
      parameters: {
        path: {
          group_id: string;
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
  '/api/groups/{group_id}/members/{user_id}': {
    /**
     * Put a user into a group
     */
    put: {
      parameters: {
        path: {
          group_id: string;
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
     * Take a user out of a group
     */
    delete: {
      parameters: {
        path: {
          group_id: string;
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
  '/api/apps': {
    /**
     * The apps that you may use, by id
     */
    get: {
      parameters: {
        query?: {
          limit?: number;
          cursor?: string;
          asOf?: string;
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
        query?: {
          asOf?: string;
        };
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
  '/api/apps/{app_id}/history': {
    /**
     * Every definition that the app ever had, newest first, with what each changed
     */
    get: {
      parameters: {
        query?: {
          limit?: number;
          cursor?: string;
        };
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
            'application/json': ListAppRevisionsAnswer;
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
  '/api/apps/{app_id}/revert': {
    /**
     * Make the app again what it was from a version of its history on
     */
    post: {
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
          'application/json': RevertAppRequest;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': RevertAppAnswer;
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
     * The users and groups who may use an app with visibility "approved"
     */
    get: {
      parameters: {
        query?: {
          asOf?: string;
        };
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
  '/api/apps/{app_id}/approved-groups/{group_id}': {
    /**
     * Let the members of a group use an app with visibility "approved"
     */
    put: {
      parameters: {
        path: {
          /**
           * Unique name of the app in paths
           */
          app_id: string;
          group_id: string;
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
     * Take a group off the list again
     */
    delete: {
      parameters: {
        path: {
          /**
           * Unique name of the app in paths
           */
          app_id: string;
          group_id: string;
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
  '/api/categories': {
    /**
     * The categories that you administer; for administrators and auditors all
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
            'application/json': ListCategoriesAnswer;
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
  '/api/categories/{category}/administrators/{user_id}': {
    /**
     * Let a user look after the apps of a category
     */
    put: {
      parameters: {
        path: {
          /**
           * As apps have it, letter for letter
           */
          category: string;
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
     * Let them do so no more
     */
    delete: {
      parameters: {
        path: {
          /**
           * As apps have it, letter for letter
           */
          category: string;
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
          asOf?: string;
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
        query?: {
          asOf?: string;
        };
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
  '/api/sessions/{session_id}/extend': {
    /**
     * Give your session more time, one step at a time
     */
    post: {
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
            'application/json': ExtendSessionAnswer;
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
  '/api/quota': {
    /**
     * How many sessions there may be, and how many there are
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': FindQuotaAnswer;
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
  '/api/sessions/{session_id}/shares': {
    /**
     * Whom you let into your session, and by which links
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
            'application/json': ListSharesAnswer;
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
     * Share your session with a person, or by a link, which is shown this once
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
          'application/json': ShareSessionRequest;
        };
      };
      responses: {
        201: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShareSessionAnswer;
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
  '/api/sessions/{session_id}/shares/{share_id}': {
    /**
     * Let those whom a share lets in do more or less; less takes effect at once
     */
    put: {
      parameters: {
        path: {
          session_id: string;
          share_id: string;
        };
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': ChangeShareRequest;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ChangeShareAnswer;
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
     * Revoke a share; viewers that it let in close at once
     */
    delete: {
      parameters: {
        path: {
          session_id: string;
          share_id: string;
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
  '/api/shares': {
    /**
     * Sessions that others share with you
     */
    get: {
      parameters: {};
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ListSharedWithMeAnswer;
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
  '/api/shares/accept': {
    /**
     * Take a link: its secret is what stands after # in it
     */
    post: {
      parameters: {
        header?: {
          'Idempotency-Key'?: string;
        };
      };
      requestBody: {
        content: {
          'application/json': AcceptShareRequest;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': AcceptShareAnswer;
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
  '/api/sessions/{session_id}/viewers': {
    /**
     * Who has the session on screen now
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
            'application/json': ListViewersAnswer;
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
  '/api/sessions/{session_id}/frame': {
    /**
     * A picture of the desktop, at most 480 pixels wide and a few seconds old; of an ended one the last, while it is kept. A look that is not its user’s is on record
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
            'image/png': SeeFrameAnswer;
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
          /**
           * Words that an entry must have, all of them; of the last its beginning will do
           */
          q?: string;
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
          limit?: number;
          cursor?: string;
          asOf?: string;
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
  '/api/audit/timeline': {
    /**
     * How many entries match, hour by hour or day by day
     */
    get: {
      parameters: {
        query?: {
          /**
           * Words that an entry must have, all of them; of the last its beginning will do
           */
          q?: string;
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
          /**
           * At most 750 of them from `since` to `until`
           */
          bucket?: 'hour' | 'day';
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowAuditTimelineAnswer;
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
  '/api/audit/retention': {
    /**
     * How many entries would leave the trail now, and how many would stay; nothing leaves by it
     */
    get: {
      parameters: {
        query?: {
          /**
           * As if it were set so; what is set when absent
           */
          days?: number;
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'application/json': ShowAuditRetentionAnswer;
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
  '/api/me/trail': {
    /**
     * What you did, and what was done to you and to what is yours, newest first
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
            'application/json': ListMyTrailAnswer;
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
  '/api/audit/export': {
    /**
     * The trail as a file, oldest first, up to the sequence in `sortie-as-of`; it is whole if the connection ends in order
     */
    get: {
      parameters: {
        query?: {
          /**
           * Words that an entry must have, all of them; of the last its beginning will do
           */
          q?: string;
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
          format?: 'csv' | 'ndjson';
        };
      };
      responses: {
        200: {
          headers: Record<string, unknown>;
          content: {
            'text/csv': BeginAuditExportAnswer;
            'application/x-ndjson': BeginAuditExportAnswer1;
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
    | 'SecondFactorRequired'
    | 'SecondFactorWrong'
    | 'SecondFactorCodeWrong'
    | 'SecondFactorExists'
    | 'SecondFactorMissing'
    | 'OidcRefused'
    | 'OidcUnavailable'
    | 'OidcUnknownPerson'
    | 'UserDisabled'
    | 'AuthorizationPending'
    | 'SlowDown'
    | 'DeviceRefused'
    | 'DeviceCodeExpired'
    | 'DeviceCodeUnknown'
    | 'SignInUnknown'
    | 'SignInLocked'
    | 'Forbidden'
    | 'ScopeMissing'
    | 'PersonRequired'
    | 'PasswordChangeRequired'
    | 'CrossSite'
    | 'NotFound'
    | 'MethodNotAllowed'
    | 'AppUnknown'
    | 'RevisionUnknown'
    | 'AppIdTaken'
    | 'NotAUrlApp'
    | 'NotAContainerApp'
    | 'SessionUnknown'
    | 'SessionNotRunning'
    | 'SessionEnded'
    | 'ShareUnknown'
    | 'ShareIsYours'
    | 'ShareFull'
    | 'TooManyShares'
    | 'FrameUnknown'
    | 'LifetimeReached'
    | 'QuotaExceeded'
    | 'QueueFull'
    | 'TransitionForbidden'
    | 'RuntimeUnavailable'
    | 'TicketRefused'
    | 'UserUnknown'
    | 'UserActive'
    | 'NameNotConfirmed'
    | 'UserNameTaken'
    | 'GroupUnknown'
    | 'GroupNameTaken'
    | 'TooManyGroups'
    | 'TooManyMembers'
    | 'LastAdministrator'
    | 'ApiTokenUnknown'
    | 'TooManyApiTokens'
    | 'PasswordWrong'
    | 'PasswordTooWeak'
    | 'TreeHeadMissing'
    | 'ExportOutrun'
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
  /**
   * Of the second factor, for who has one
   */
  code?: string;
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
export interface ShowPreferencesAnswer {
  theme: 'dark' | 'light' | 'system';
  /**
   * @maxItems 200
   */
  collapsed_categories: string[];
  /**
   * Ids of apps
   *
   * @maxItems 500
   */
  favorites: string[];
  /**
   * RFC 3339, UTC; null when nothing was ever kept, and these are the defaults
   */
  updated_at: string | null;
}
export interface KeepPreferencesRequest {
  theme: 'dark' | 'light' | 'system';
  /**
   * @maxItems 200
   */
  collapsed_categories: string[];
  /**
   * Ids of apps
   *
   * @maxItems 500
   */
  favorites: string[];
}
export interface KeepPreferencesAnswer {
  theme: 'dark' | 'light' | 'system';
  /**
   * @maxItems 200
   */
  collapsed_categories: string[];
  /**
   * Ids of apps
   *
   * @maxItems 500
   */
  favorites: string[];
  /**
   * RFC 3339, UTC; null when nothing was ever kept, and these are the defaults
   */
  updated_at: string | null;
}
export interface ListUsersAnswer {
  users: {
    id: string;
    /**
     * What the user signs in with; `erased person` for one who was erased
     */
    name: string;
    role: 'user' | 'auditor' | 'operator' | 'admin';
    status: 'active' | 'disabled' | 'erased';
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
     * What the user signs in with; `erased person` for one who was erased
     */
    name: string;
    role: 'user' | 'auditor' | 'operator' | 'admin';
    status: 'active' | 'disabled' | 'erased';
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
export interface FindUserAnswer {
  id: string;
  /**
   * What the user signs in with; `erased person` for one who was erased
   */
  name: string;
  role: 'user' | 'auditor' | 'operator' | 'admin';
  status: 'active' | 'disabled' | 'erased';
  /**
   * RFC 3339, UTC
   */
  created_at: string;
}
export interface ChangeRoleRequest {
  role: 'user' | 'auditor' | 'operator' | 'admin';
}
export interface ChangeRoleAnswer {
  id: string;
  /**
   * What the user signs in with; `erased person` for one who was erased
   */
  name: string;
  role: 'user' | 'auditor' | 'operator' | 'admin';
  status: 'active' | 'disabled' | 'erased';
  /**
   * RFC 3339, UTC
   */
  created_at: string;
}
export interface ResetUserPasswordAnswer {
  /**
   * What the user signs in with; unique, whatever the case
   */
  name: string;
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
export interface ListSignInsAnswer {
  sign_ins: {
    id: string;
    /**
     * RFC 3339, UTC
     */
    created_at: string;
    /**
     * To within a quarter of an hour
     */
    last_seen_at: string;
    /**
     * RFC 3339, UTC
     */
    expires_at: string;
    /**
     * Where it began
     */
    ip: string | null;
    user_agent: string | null;
    /**
     * The one that asks
     */
    current: boolean;
  }[];
}
export interface ShowSecondFactorAnswer {
  status: 'none' | 'begun' | 'confirmed';
  confirmed_at: string | null;
  recovery_codes_left: number;
}
export interface BeginSecondFactorAnswer {
  /**
   * Base32, to type into an app
   */
  secret: string;
  /**
   * otpauth:, to be read by an app from a QR code
   */
  uri: string;
}
export interface ConfirmSecondFactorRequest {
  code: string;
}
export interface ConfirmSecondFactorAnswer {
  /**
   * Each lets in once without the app; shown this once, null on a repeat
   */
  recovery_codes: string[] | null;
}
export interface RemoveSecondFactorRequest {
  password: string;
}
export interface ListApiTokensAnswer {
  tokens: {
    id: string;
    name: string;
    scopes: (
      | 'apps:read'
      | 'apps:write'
      | 'sessions:read'
      | 'sessions:write'
      | 'users:read'
      | 'users:write'
      | 'audit:read'
      | 'audit:write'
      | 'operations:read'
      | 'operations:write'
    )[];
    /**
     * RFC 3339, UTC
     */
    created_at: string;
    /**
     * RFC 3339, UTC
     */
    expires_at: string;
    /**
     * To within a minute
     */
    last_used_at: string | null;
    /**
     * False once it has expired, and while its owner has another role than then
     */
    active: boolean;
  }[];
}
export interface IssueApiTokenRequest {
  /**
   * What you call it, like the program that uses it
   */
  name: string;
  /**
   * @minItems 1
   * @maxItems 10
   */
  scopes: (
    | 'apps:read'
    | 'apps:write'
    | 'sessions:read'
    | 'sessions:write'
    | 'users:read'
    | 'users:write'
    | 'audit:read'
    | 'audit:write'
    | 'operations:read'
    | 'operations:write'
  )[];
  expires_in_days?: number;
}
export interface IssueApiTokenAnswer {
  /**
   * Begins with srt_, and is shown this once; null on a repeat of the request
   */
  token: string | null;
  api_token: {
    id: string;
    name: string;
    scopes: (
      | 'apps:read'
      | 'apps:write'
      | 'sessions:read'
      | 'sessions:write'
      | 'users:read'
      | 'users:write'
      | 'audit:read'
      | 'audit:write'
      | 'operations:read'
      | 'operations:write'
    )[];
    /**
     * RFC 3339, UTC
     */
    created_at: string;
    /**
     * RFC 3339, UTC
     */
    expires_at: string;
    /**
     * To within a minute
     */
    last_used_at: string | null;
    /**
     * False once it has expired, and while its owner has another role than then
     */
    active: boolean;
  };
}
export interface ListUserApiTokensAnswer {
  tokens: {
    id: string;
    name: string;
    scopes: (
      | 'apps:read'
      | 'apps:write'
      | 'sessions:read'
      | 'sessions:write'
      | 'users:read'
      | 'users:write'
      | 'audit:read'
      | 'audit:write'
      | 'operations:read'
      | 'operations:write'
    )[];
    /**
     * RFC 3339, UTC
     */
    created_at: string;
    /**
     * RFC 3339, UTC
     */
    expires_at: string;
    /**
     * To within a minute
     */
    last_used_at: string | null;
    /**
     * False once it has expired, and while its owner has another role than then
     */
    active: boolean;
  }[];
}
export interface ListSignInProvidersAnswer {
  providers: {
    id: string;
    /**
     * What people know it as
     */
    name: string;
    /**
     * Where the browser goes; takes `?to=/path` for afterwards
     */
    url: string;
  }[];
}
export interface StartDeviceSignInRequest {
  /**
   * What you call it, like the program that uses it
   */
  name: string;
  /**
   * @minItems 1
   * @maxItems 10
   */
  scopes: (
    | 'apps:read'
    | 'apps:write'
    | 'sessions:read'
    | 'sessions:write'
    | 'users:read'
    | 'users:write'
    | 'audit:read'
    | 'audit:write'
    | 'operations:read'
    | 'operations:write'
  )[];
  expires_in_days?: number;
}
export interface StartDeviceSignInAnswer {
  /**
   * For the program alone, to ask for its token with
   */
  device_code: string;
  /**
   * For a person, to type on the page
   */
  user_code: string;
  /**
   * Seconds
   */
  expires_in: number;
  /**
   * Seconds between two requests for the token
   */
  interval: number;
  /**
   * Where to type the user code
   */
  verification_url: string;
  /**
   * The same, with the code typed already
   */
  verification_url_complete: string;
}
export interface CollectDeviceTokenRequest {
  device_code: string;
}
export interface CollectDeviceTokenAnswer {
  /**
   * Begins with srt_
   */
  token: string;
  api_token: {
    id: string;
    name: string;
    scopes: (
      | 'apps:read'
      | 'apps:write'
      | 'sessions:read'
      | 'sessions:write'
      | 'users:read'
      | 'users:write'
      | 'audit:read'
      | 'audit:write'
      | 'operations:read'
      | 'operations:write'
    )[];
    /**
     * RFC 3339, UTC
     */
    created_at: string;
    /**
     * RFC 3339, UTC
     */
    expires_at: string;
    /**
     * To within a minute
     */
    last_used_at: string | null;
    /**
     * False once it has expired, and while its owner has another role than then
     */
    active: boolean;
  };
}
export interface ShowDeviceSignInRequest {
  user_code: string;
}
export interface ShowDeviceSignInAnswer {
  /**
   * What it calls itself, which may be anything
   */
  name: string;
  scopes: (
    | 'apps:read'
    | 'apps:write'
    | 'sessions:read'
    | 'sessions:write'
    | 'users:read'
    | 'users:write'
    | 'audit:read'
    | 'audit:write'
    | 'operations:read'
    | 'operations:write'
  )[];
  expires_in_days: number;
  /**
   * RFC 3339, UTC
   */
  started_at: string;
  /**
   * Where it asked from
   */
  ip: string | null;
  user_agent: string | null;
}
export interface ApproveDeviceSignInRequest {
  user_code: string;
  approve: boolean;
}
export interface ShowErasureAnswer {
  user_id: string;
  status: 'active' | 'disabled' | 'erased';
  /**
   * Texts in the log that nobody can read afterwards, by field
   */
  sealed: {
    [k: string]: number;
  };
  /**
   * Texts from before there were keys: the log keeps them as they are, by field
   */
  plain: {
    [k: string]: number;
  };
  /**
   * Commits of the log that were looked at
   */
  commits: number;
}
export interface ErasePersonRequest {
  /**
   * The name of the user, to be sure; there is no way back
   */
  name_confirmation: string;
}
export interface ListGroupsAnswer {
  groups: {
    id: string;
    /**
     * Unique, whatever the case
     */
    name: string;
    /**
     * How many are in it
     */
    members: number;
  }[];
  next_cursor?: string;
}
export interface CreateGroupRequest {
  /**
   * Unique, whatever the case
   */
  name: string;
}
export interface CreateGroupAnswer {
  id: string;
  /**
   * Unique, whatever the case
   */
  name: string;
  member_ids: string[];
}
export interface FindGroupAnswer {
  id: string;
  /**
   * Unique, whatever the case
   */
  name: string;
  member_ids: string[];
}
export interface RenameGroupRequest {
  /**
   * Unique, whatever the case
   */
  name: string;
}
export interface RenameGroupAnswer {
  id: string;
  /**
   * Unique, whatever the case
   */
  name: string;
  member_ids: string[];
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
export interface ListAppRevisionsAnswer {
  revisions: {
    version: number;
    /**
     * RFC 3339, UTC
     */
    at: string;
    /**
     * Who did it
     */
    user: string;
    action: 'registered' | 'revised' | 'reverted' | 'retired';
    changes: {
      [k: string]: {
        from: unknown;
        to: unknown;
      };
    };
    /**
     * How it was from then on; null once it was retired
     */
    app: {
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
    } | null;
    /**
     * The version whose definition it went back to
     */
    reverted_to?: number;
    /**
     * For those who may know the names of users
     */
    user_name?: string;
  }[];
  next_cursor?: string;
}
export interface RevertAppRequest {
  /**
   * A version of its history
   */
  to_version: number;
}
export interface RevertAppAnswer {
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
  group_ids: string[];
  /**
   * The users of `user_ids` whose names are known
   */
  users: {
    id: string;
    name: string;
  }[];
}
export interface ListCategoriesAnswer {
  categories: {
    category: string;
    administrator_ids: string[];
  }[];
  next_cursor?: string;
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
    /**
     * When it ends by itself; of one in the queue: not before this
     */
    expires_at: string;
    /**
     * Its place in the queue, from 1, while all places for sessions are taken; else null
     */
    queue_position: number | null;
    /**
     * When it ends if nobody uses keyboard, pointer or clipboard before; null: never
     */
    idle_expires_at: string | null;
    /**
     * When its user is warned of its end; null while it does not run
     */
    warn_at: string | null;
    /**
     * Why it ended, or what it waits for
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
    /**
     * Whose it is, for those who may know the names of users; not on a page of your own
     */
    user_name?: string;
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
  /**
   * When it ends by itself; of one in the queue: not before this
   */
  expires_at: string;
  /**
   * Its place in the queue, from 1, while all places for sessions are taken; else null
   */
  queue_position: number | null;
  /**
   * When it ends if nobody uses keyboard, pointer or clipboard before; null: never
   */
  idle_expires_at: string | null;
  /**
   * When its user is warned of its end; null while it does not run
   */
  warn_at: string | null;
  /**
   * Why it ended, or what it waits for
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
  /**
   * When it ends by itself; of one in the queue: not before this
   */
  expires_at: string;
  /**
   * Its place in the queue, from 1, while all places for sessions are taken; else null
   */
  queue_position: number | null;
  /**
   * When it ends if nobody uses keyboard, pointer or clipboard before; null: never
   */
  idle_expires_at: string | null;
  /**
   * When its user is warned of its end; null while it does not run
   */
  warn_at: string | null;
  /**
   * Why it ended, or what it waits for
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
  /**
   * When it ends by itself; of one in the queue: not before this
   */
  expires_at: string;
  /**
   * Its place in the queue, from 1, while all places for sessions are taken; else null
   */
  queue_position: number | null;
  /**
   * When it ends if nobody uses keyboard, pointer or clipboard before; null: never
   */
  idle_expires_at: string | null;
  /**
   * When its user is warned of its end; null while it does not run
   */
  warn_at: string | null;
  /**
   * Why it ended, or what it waits for
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
export interface ExtendSessionAnswer {
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
  /**
   * When it ends by itself; of one in the queue: not before this
   */
  expires_at: string;
  /**
   * Its place in the queue, from 1, while all places for sessions are taken; else null
   */
  queue_position: number | null;
  /**
   * When it ends if nobody uses keyboard, pointer or clipboard before; null: never
   */
  idle_expires_at: string | null;
  /**
   * When its user is warned of its end; null while it does not run
   */
  warn_at: string | null;
  /**
   * Why it ended, or what it waits for
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
export interface FindQuotaAnswer {
  /**
   * Sessions that one person may have, those in the queue included
   */
  per_user: number;
  /**
   * Sessions that may be alive at once, of all people
   */
  total: number;
  /**
   * Sessions that you have, those in the queue included
   */
  mine: number;
  /**
   * Sessions of all people that have a place
   */
  running: number;
  /**
   * Sessions of all people that wait for one
   */
  queued: number;
}
export interface IssueViewerTicketRequest {
  mode?: 'control' | 'view';
}
export interface IssueViewerTicketAnswer {
  /**
   * Good for one WebSocket, as subprotocol `ticket.<ticket>`
   */
  ticket: string;
  /**
   * What it allows: no more than was asked for, nor than the share does
   */
  mode: 'control' | 'view';
  expires_at: string;
  /**
   * Where to open the WebSocket
   */
  url: string;
}
export interface ListSharesAnswer {
  shares: {
    id: string;
    session_id: string;
    kind: 'person' | 'link';
    mode: 'control' | 'view';
    /**
     * Whom it lets in: the person, or those who have taken the link
     */
    people: {
      user_id: string;
      user_name?: string;
    }[];
    people_max: number;
    created_at: string;
    expires_at: string;
  }[];
}
export interface ShareSessionRequest {
  /**
   * Whom to share with, or `user_name`; neither for a link
   */
  user_id?: string;
  /**
   * What the user signs in with; unique, whatever the case
   */
  user_name?: string;
  mode?: 'control' | 'view';
  expires_in_minutes?: number;
  /**
   * How many people may take the link
   */
  people_max?: number;
}
export interface ShareSessionAnswer {
  share: {
    id: string;
    session_id: string;
    kind: 'person' | 'link';
    mode: 'control' | 'view';
    /**
     * Whom it lets in: the person, or those who have taken the link
     */
    people: {
      user_id: string;
      user_name?: string;
    }[];
    people_max: number;
    created_at: string;
    expires_at: string;
  };
  /**
   * Path and fragment of the link; shown this once, kept as a hash
   */
  link?: string;
}
export interface ChangeShareRequest {
  mode: 'control' | 'view';
}
export interface ChangeShareAnswer {
  id: string;
  session_id: string;
  kind: 'person' | 'link';
  mode: 'control' | 'view';
  /**
   * Whom it lets in: the person, or those who have taken the link
   */
  people: {
    user_id: string;
    user_name?: string;
  }[];
  people_max: number;
  created_at: string;
  expires_at: string;
}
export interface ListSharedWithMeAnswer {
  shares: {
    share_id: string;
    session_id: string;
    owner_id: string;
    owner_name?: string;
    /**
     * Unique name of the app in paths
     */
    app_id: string;
    app_name: string;
    status: 'creating' | 'running' | 'stopped' | 'expired' | 'failed';
    mode: 'control' | 'view';
    since: string;
    /**
     * When the share ends; the session may end before
     */
    expires_at: string;
  }[];
}
export interface AcceptShareRequest {
  /**
   * What stands after # in the link
   */
  secret: string;
}
export interface AcceptShareAnswer {
  share_id: string;
  session_id: string;
  owner_id: string;
  owner_name?: string;
  /**
   * Unique name of the app in paths
   */
  app_id: string;
  app_name: string;
  status: 'creating' | 'running' | 'stopped' | 'expired' | 'failed';
  mode: 'control' | 'view';
  since: string;
  /**
   * When the share ends; the session may end before
   */
  expires_at: string;
}
export interface ListViewersAnswer {
  viewers: {
    id: string;
    user_id: string;
    user_name?: string;
    mode: 'control' | 'view';
    since: string;
  }[];
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
export interface ShowAuditTimelineAnswer {
  bucket: 'hour' | 'day';
  since: string;
  until: string;
  /**
   * Those with entries, oldest first
   */
  buckets: {
    /**
     * UTC
     */
    start: string;
    entries: number;
    /**
     * How many of them were refused
     */
    refused: number;
  }[];
}
export interface ShowAuditRetentionAnswer {
  /**
   * Null: entries stay for ever
   */
  days: number | null;
  /**
   * What is older leaves
   */
  before: string | null;
  /**
   * Entries that would leave now
   */
  leaving: number;
  staying: number;
  /**
   * Time of the oldest entry
   */
  oldest: string | null;
}
export interface ListMyTrailAnswer {
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
     * A file, where syslog is, or a bucket
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
