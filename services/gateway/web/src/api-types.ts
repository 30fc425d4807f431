/** The shapes of the REST interface, as they travel. */

export type Role = 'admin' | 'console' | 'user' | 'viewer';
export type Visibility = 'public' | 'approved' | 'admin_only';
export type LaunchType = 'url' | 'container';
export type SessionStatus = 'creating' | 'running' | 'stopped' | 'expired' | 'failed';

export interface Me {
  id: string;
  name: string;
  role: Role;
  must_change_password: boolean;
}

export interface Branding {
  logo_url: string;
  primary_color: string;
  secondary_color: string;
  tenant_name: string;
}

export interface App {
  id: string;
  name: string;
  description: string;
  url: string;
  icon: string;
  category: string;
  visibility: Visibility;
  launch_type: LaunchType;
  container_image?: string;
}

export type AppDraft = Omit<App, 'id'>;

/** How far a session is that is being created: bytes; `total` is 0 while nobody knows it. */
export interface Preparation {
  step: 'image';
  done: number;
  total: number;
}

export interface Session {
  id: string;
  user_id: string;
  app_id: string;
  app_name: string;
  status: SessionStatus;
  created_at: string;
  updated_at: string;
  last_active_at?: string | null;
  expires_at?: string | null;
  reason?: string;
  preparation?: Preparation | null;
}

export interface ViewerTicket {
  ticket: string;
  expires_at: string;
  url: string;
}

export interface User {
  id: string;
  name: string;
  role: Role;
  status: string;
  created_at: string;
}

export interface AuditEntry {
  id: string;
  timestamp: string;
  user: string;
  user_name?: string;
  action: string;
  details: Record<string, unknown>;
  resource_type: string;
  resource_id: string;
  ip_address: string;
  user_agent: string;
  outcome: 'done' | 'refused';
  sequence: number;
}

export interface Analytics {
  total_launches: number;
  apps: { app_id: string; app_name?: string; launches: number; last_launched_at: string }[];
  days: { day: string; launches: number }[];
}

export interface Projection {
  name: string;
  checkpoint: number;
  lag: number;
  status: string;
  state_hash?: string;
}

export interface Projections {
  head: number;
  projections: Projection[];
}

export interface AuditFilter {
  user?: string;
  action?: string;
  since?: string;
}
