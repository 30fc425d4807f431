{{/* Which database, and where what it asks for is. */}}

{{- define "sortie.isBundled" -}}
{{- if and (eq .Values.database.type "postgres") .Values.persistence.postgresql.enabled }}yes{{ end -}}
{{- end -}}

{{/* The Secret that the chart makes of what is written in the values. */}}
{{- define "sortie.databaseSecretName" -}}
{{- printf "%s-database" (include "sortie.fullname" .) -}}
{{- end -}}

{{/*
The database as YAML: source (sqlite, dsn, bundled, external or parts), and for all but sqlite the Secret and its key; but
for a DSN also host, port, name, user and sslMode. A DSN overrides the rest; the others are never there together (_checks.tpl).
*/}}
{{- define "sortie.database" -}}
{{- $own := include "sortie.databaseSecretName" . -}}
{{- $postgres := .Values.database.postgres -}}
{{- $external := .Values.externalDatabase -}}
{{- if ne .Values.database.type "postgres" -}}
source: sqlite
{{- else if or $postgres.dsn $postgres.existingSecretDsnKey -}}
source: dsn
secret: {{ empty $postgres.dsn | not | ternary $own $postgres.existingSecret | quote }}
key: {{ empty $postgres.dsn | not | ternary "dsn" $postgres.existingSecretDsnKey | quote }}
port: {{ .Values.networkPolicy.externalPorts.postgres }}
{{- else if include "sortie.isBundled" . -}}
{{- $auth := .Values.persistence.postgresql.auth -}}
source: bundled
host: {{ include "sortie.fullname" . }}-postgres
port: 5432
name: {{ $auth.database | quote }}
user: {{ $auth.username | quote }}
sslMode: disable
secret: {{ default $own $auth.existingSecret | quote }}
key: {{ empty $auth.existingSecret | not | ternary $auth.existingSecretPasswordKey "password" | quote }}
{{- else if $external.host -}}
source: external
host: {{ $external.host | quote }}
port: {{ $external.port }}
name: {{ $external.database | quote }}
user: {{ $external.username | quote }}
sslMode: {{ $postgres.sslMode }}
secret: {{ $external.existingSecret | quote }}
key: {{ $external.existingSecretPasswordKey | quote }}
{{- else -}}
source: parts
host: {{ $postgres.host | quote }}
port: {{ $postgres.port }}
name: {{ $postgres.database | quote }}
user: {{ $postgres.user | quote }}
sslMode: {{ $postgres.sslMode }}
secret: {{ default $own $postgres.existingSecret | quote }}
key: password
{{- end -}}
{{- end -}}

{{/* How many standbys the chart's PostgreSQL has. */}}
{{- define "sortie.readReplicas" -}}
{{- if include "sortie.isBundled" . -}}
{{- .Values.persistence.postgresql.readReplicas.replicaCount -}}
{{- else -}}
0
{{- end -}}
{{- end -}}

{{/*
What the chart's PostgreSQL must be able to serve: each pod's pool and its connection for leases, one pod more of each
service while it is updated, and some to spare for people and standbys.
*/}}
{{- define "sortie.connectionsMax" -}}
{{- $pods := 0 -}}
{{- range list "identity" "catalog" "session" "audit" -}}
{{- $pods = add $pods 1 (include "sortie.replicas" (dict "root" $ "service" .) | int) -}}
{{- end -}}
{{- max 100 (add 20 (mul $pods (add 1 (int .Values.database.postgres.poolMax)))) -}}
{{- end -}}
