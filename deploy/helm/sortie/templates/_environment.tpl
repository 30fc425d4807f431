{{/* The environment of Sortie's processes. */}}

{{/* Where people come in, when anything says so. */}}
{{- define "sortie.publicUrl" -}}
{{- if .Values.settings.publicUrl -}}
{{- .Values.settings.publicUrl -}}
{{- else if and .Values.ingress.enabled .Values.ingress.host -}}
{{- printf "%s://%s" (.Values.ingress.tls.enabled | ternary "https" "http") .Values.ingress.host -}}
{{- end -}}
{{- end -}}

{{- define "sortie.natsUrl" -}}
{{- if .Values.nats.enabled -}}
{{- printf "%s://%s-nats:4222" (empty .Values.nats.tls.existingSecret | not | ternary "tls" "nats") (include "sortie.fullname" .) -}}
{{- else -}}
{{- .Values.nats.external.url -}}
{{- end -}}
{{- end -}}

{{/* The folder of the volume `data`. */}}
{{- define "sortie.dataMount" -}}
{{- if eq .Values.database.type "postgres" }}/data{{ else }}{{ dir .Values.database.sqlite.path }}{{ end -}}
{{- end -}}

{{/* Takes root, component and services: the variables as a list in JSON; secrets are files. */}}
{{- define "sortie.environment" -}}
{{- $values := .root.Values -}}
{{- $isMany := eq $values.database.type "postgres" -}}
{{- $set := dict
  "SORTIE_SERVICES" (join "," .services)
  "SORTIE_HOST" $values.listenAddress
  "SORTIE_PORT" "8080"
  "SORTIE_PROBES_HOST" $values.listenAddress
  "SORTIE_PROBES_PORT" ($values.probes.port | toString)
  "SORTIE_NAMESPACE" .root.Release.Namespace
  "SORTIE_DATA" (printf "%s/sortie" (include "sortie.dataMount" .root))
  "SORTIE_RUNTIME" "none"
  "SORTIE_CONFIG" "/etc/sortie/branding.json"
  "SORTIE_SEED" "/etc/sortie/apps.json"
  "SORTIE_SESSION_TIMEOUT" ($values.settings.sessionTimeout | toString)
  "SORTIE_SESSION_WARNING" ($values.settings.sessionWarning | toString)
  "SORTIE_SESSION_IDLE_TIMEOUT" ($values.settings.sessionIdleTimeout | toString)
  "SORTIE_SESSIONS_PER_USER" ($values.settings.sessionsPerUser | toString)
  "SORTIE_SESSIONS_MAX" ($values.settings.sessionsMax | toString)
  "SORTIE_SESSION_QUEUE_MAX" ($values.settings.sessionQueueMax | toString)
  "SORTIE_SESSION_CLEANUP_INTERVAL" ($values.settings.sessionCleanupInterval | toString)
  "SORTIE_POD_READY_TIMEOUT" ($values.settings.podReadyTimeout | toString)
  "SORTIE_WRITES_PER_MINUTE" ($values.settings.writesPerMinute | int | toString)
  "SORTIE_SIGN_INS_PER_MINUTE" ($values.settings.signInsPerMinute | int | toString)
  "SORTIE_LOG_LEVEL" $values.settings.logLevel
-}}
{{- with $values.settings.sessionLifetimeMax }}{{ $_ := set $set "SORTIE_SESSION_LIFETIME_MAX" (. | toString) }}{{ end -}}
{{- with include "sortie.publicUrl" .root }}{{ $_ := set $set "SORTIE_PUBLIC_URL" . }}{{ end -}}
{{- with $values.settings.auditHeadsTo }}{{ if has "audit" $.services }}{{ $_ := set $set "SORTIE_AUDIT_HEADS_TO" (join "," .) }}{{ end }}{{ end -}}
{{- if has "audit" $.services }}
{{- with $values.settings.auditRetentionDays }}{{ $_ := set $set "SORTIE_AUDIT_RETENTION_DAYS" (. | toString) }}{{ end -}}
{{- end -}}
{{- if and (has "identity" $.services) $values.settings.oidc.issuer -}}
{{- $_ := set $set "SORTIE_OIDC_ISSUER" $values.settings.oidc.issuer -}}
{{- $_ := set $set "SORTIE_OIDC_CLIENT_ID" $values.settings.oidc.clientId -}}
{{- $_ := set $set "SORTIE_OIDC_NEW_PEOPLE" $values.settings.oidc.newPeople -}}
{{- with $values.settings.oidc.name }}{{ $_ := set $set "SORTIE_OIDC_NAME" . }}{{ end -}}
{{- if and $isMany $values.settings.oidc.existingSecret }}{{ $_ := set $set "SORTIE_OIDC_CLIENT_SECRET_FILE" "/run/secrets/sortie/client-secret" }}{{ end -}}
{{- end -}}
{{- with $values.settings.trustedProxies }}{{ $_ := set $set "SORTIE_TRUSTED_PROXIES" (join "," .) }}{{ end -}}
{{- if $isMany -}}
{{- $_ := set $set "SORTIE_NATS_URL" (include "sortie.natsUrl" .root) -}}
{{- $_ := set $set "SORTIE_NATS_NKEY_FILE" "/run/secrets/sortie/nkey" -}}
{{- if not $values.nats.enabled }}{{ $_ := set $set "SORTIE_NATS_REPLICAS" ($values.nats.external.replicas | toString) }}{{ end -}}
{{- if include "sortie.natsCaSecret" .root }}{{ $_ := set $set "SORTIE_NATS_CA_FILE" "/run/secrets/sortie/nats-ca.crt" }}{{ end -}}
{{- if include "sortie.isSealing" .component }}{{ $_ := set $set "SORTIE_SEALING_KEY_FILE" "/run/secrets/sortie/sealing.key" }}{{ end -}}
{{- if eq .component "audit" }}{{ $_ := set $set "SORTIE_AUDIT_KEY_FILE" "/run/secrets/sortie/audit.key" }}{{ end -}}
{{- if and (eq .component "audit") $values.settings.s3.existingSecret -}}
{{- $_ := set $set "SORTIE_S3_ACCESS_KEY_ID_FILE" "/run/secrets/sortie/access-key-id" -}}
{{- $_ := set $set "SORTIE_S3_SECRET_ACCESS_KEY_FILE" "/run/secrets/sortie/secret-access-key" -}}
{{- $_ := set $set "SORTIE_S3_REGION" $values.settings.s3.region -}}
{{- with $values.settings.s3.endpoint }}{{ $_ := set $set "SORTIE_S3_ENDPOINT" . }}{{ end -}}
{{- end -}}
{{- if ne .component "gateway" }}{{ $set = merge $set (include "sortie.databaseEnvironment" .root | fromJson) }}{{ end -}}
{{- else -}}
{{- $set = merge $set (dict "SORTIE_DB_TYPE" "sqlite" "SORTIE_DB" $values.database.sqlite.path) -}}
{{- end -}}
{{- $set = merge $set $values.extraEnv -}}
{{- $variables := list -}}
{{- range $name := keys $set | sortAlpha }}{{ $variables = append $variables (dict "name" $name "value" (get $set $name)) }}{{ end -}}
{{- $variables | toJson -}}
{{- end -}}

{{/* The gateway asks the services, and has no way to the database. */}}
{{- define "sortie.databaseEnvironment" -}}
{{- $database := include "sortie.database" . | fromYaml -}}
{{- $set := dict "SORTIE_DB_TYPE" "postgres" "SORTIE_DB_POOL_MAX" (.Values.database.postgres.poolMax | int | toString) -}}
{{- if eq $database.source "dsn" -}}
{{- $_ := set $set "SORTIE_DB_DSN_FILE" "/run/secrets/sortie/database" -}}
{{- else -}}
{{- $set = merge $set (dict
  "SORTIE_DB_HOST" $database.host
  "SORTIE_DB_PORT" ($database.port | int | toString)
  "SORTIE_DB_NAME" $database.name
  "SORTIE_DB_USER" $database.user
  "SORTIE_DB_SSLMODE" $database.sslMode
  "SORTIE_DB_PASSWORD_FILE" "/run/secrets/sortie/database"
) -}}
{{- end -}}
{{- if and .Values.database.postgres.caSecret (ne $database.source "bundled") -}}
{{- $_ := set $set "SORTIE_DB_SSL_CA_FILE" "/run/secrets/sortie/database-ca.crt" -}}
{{- end -}}
{{- if gt (include "sortie.readReplicas" . | int) 0 -}}
{{- $_ := set $set "SORTIE_DB_REPLICAS" (printf "%s-postgres-read" (include "sortie.fullname" .)) -}}
{{- $_ := set $set "SORTIE_DB_READ_PREFERENCE" .Values.persistence.postgresql.readReplicas.readPreference -}}
{{- end -}}
{{- $set | toJson -}}
{{- end -}}

{{/* Takes a component: whether it seals what it writes into the log. */}}
{{- define "sortie.isSealing" -}}
{{- if has . (list "identity" "session") }}yes{{ end -}}
{{- end -}}

{{/* The Secret with the authority of the NATS servers' certificate, when there is one. */}}
{{- define "sortie.natsCaSecret" -}}
{{- if .Values.nats.enabled }}{{ .Values.nats.tls.existingSecret }}{{ else }}{{ .Values.nats.external.caSecret }}{{ end -}}
{{- end -}}

{{/* Takes root and component: the sources of /run/secrets/sortie, each process its own only, as a list in JSON. */}}
{{- define "sortie.secretSources" -}}
{{- $values := .root.Values -}}
{{- $items := list (dict "key" (printf "%s.nkey" .component) "path" "nkey") -}}
{{- if include "sortie.isSealing" .component }}{{ $items = append $items (dict "key" "sealing.key" "path" "sealing.key") }}{{ end -}}
{{- if eq .component "audit" }}{{ $items = append $items (dict "key" "audit.key" "path" "audit.key") }}{{ end -}}
{{- $sources := list (dict "secret" (dict "name" $values.keys.existingSecret "items" $items)) -}}
{{- if and (eq .component "audit") $values.settings.s3.existingSecret -}}
{{- $keys := list (dict "key" "access-key-id" "path" "access-key-id") (dict "key" "secret-access-key" "path" "secret-access-key") -}}
{{- $sources = append $sources (dict "secret" (dict "name" $values.settings.s3.existingSecret "items" $keys)) -}}
{{- end -}}
{{- if and (eq .component "identity") $values.settings.oidc.issuer $values.settings.oidc.existingSecret -}}
{{- $secret := list (dict "key" "client-secret" "path" "client-secret") -}}
{{- $sources = append $sources (dict "secret" (dict "name" $values.settings.oidc.existingSecret "items" $secret)) -}}
{{- end -}}
{{- with include "sortie.natsCaSecret" .root -}}
{{- $key := $values.nats.enabled | ternary "ca.crt" $values.nats.external.caSecretKey -}}
{{- $sources = append $sources (dict "secret" (dict "name" . "items" (list (dict "key" $key "path" "nats-ca.crt")))) -}}
{{- end -}}
{{- if ne .component "gateway" -}}
{{- $database := include "sortie.database" .root | fromYaml -}}
{{- $sources = append $sources (dict "secret" (dict "name" $database.secret "items" (list (dict "key" $database.key "path" "database")))) -}}
{{- if and $values.database.postgres.caSecret (ne $database.source "bundled") -}}
{{- $ca := dict "key" $values.database.postgres.caSecretKey "path" "database-ca.crt" -}}
{{- $sources = append $sources (dict "secret" (dict "name" $values.database.postgres.caSecret "items" (list $ca))) -}}
{{- end -}}
{{- end -}}
{{- $sources | toJson -}}
{{- end -}}
