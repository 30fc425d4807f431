{{/* The chart's PostgreSQL: what primary and standbys have in common. */}}

{{- define "sortie.postgresFiles" -}}
pg_hba.conf: |
  # Within the pod the superuser; from elsewhere the roles of Sortie, with their password.
  local all postgres trust
  host {{ .Values.persistence.postgresql.auth.database }} {{ .Values.persistence.postgresql.auth.username }} all scram-sha-256
  host replication replicator all scram-sha-256
{{- range $path, $_ := .Files.Glob "files/postgres-*.sh" }}
{{ base $path }}: |
  {{- $.Files.Get $path | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The annotations of a pod: it restarts when its files or its password change. */}}
{{- define "sortie.postgresChecksums" -}}
checksum/files: {{ include "sortie.postgresFiles" . | sha256sum }}
{{- with include "sortie.ownSecret" . }}
checksum/database: {{ sha256sum . }}
{{- end }}
{{- end -}}

{{/* Takes root and component: environment, probes and mounts of a container. */}}
{{- define "sortie.postgresContainer" -}}
{{- $postgres := .root.Values.persistence.postgresql -}}
image: {{ include "sortie.image" (dict "root" .root "image" $postgres.image) }}
imagePullPolicy: {{ $postgres.image.pullPolicy }}
env:
  - { name: PGDATA, value: /var/lib/sortie-postgres/pgdata }
  - { name: SCRIPTS, value: /etc/postgresql }
  - { name: SCRATCH, value: /tmp }
  - { name: SOCKETS, value: /run/postgresql }
  - { name: PORT, value: '5432' }
  - { name: PASSWORD_FILE, value: /run/secrets/postgresql/password }
  - { name: CONNECTIONS_MAX, value: {{ include "sortie.connectionsMax" .root | quote }} }
  {{- if eq .component "postgres" }}
  - { name: DATABASE_NAME, value: {{ $postgres.auth.database | quote }} }
  - { name: DATABASE_USER, value: {{ $postgres.auth.username | quote }} }
  {{- else }}
  - { name: PRIMARY, value: {{ include "sortie.fullname" .root }}-postgres }
  - { name: PRIMARY_PORT, value: '5432' }
  {{- end }}
ports:
  - name: postgres
    containerPort: 5432
lifecycle:
  # PostgreSQL waits for its clients to go when it is asked to end by SIGTERM, and does not when by SIGINT.
  preStop:
    exec:
      command: [sh, -c, kill -INT 1]
securityContext:
  {{- include "sortie.containerSecurity" .root | nindent 2 }}
volumeMounts:
  - name: data
    mountPath: /var/lib/sortie-postgres
  - name: scripts
    mountPath: /etc/postgresql
    readOnly: true
  - name: secrets
    mountPath: /run/secrets/postgresql
    readOnly: true
  - name: sockets
    mountPath: /run/postgresql
  - name: tmp
    mountPath: /tmp
{{- end -}}

{{/* The volumes besides `data`. */}}
{{- define "sortie.postgresVolumes" -}}
{{- $database := include "sortie.database" . | fromYaml -}}
- name: scripts
  configMap:
    name: {{ include "sortie.fullname" . }}-postgres
- name: secrets
  secret:
    secretName: {{ $database.secret | quote }}
    defaultMode: 288 # 0440
    items:
      - { key: {{ $database.key | quote }}, path: password }
- name: sockets
  emptyDir: {}
- name: tmp
  emptyDir: {}
{{- end -}}
