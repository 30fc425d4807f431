{{/*
A pod of Sortie. Takes root, component, services, resources and data (a volume's source).
It ends within terminationGracePeriodSeconds: 5 s for others to notice, then what the program allows itself (host.ts,
gateway/module.ts, supervisor.ts).
*/}}
{{- define "sortie.sortiePod" -}}
{{- $values := .root.Values -}}
{{- $isMany := eq $values.database.type "postgres" -}}
{{- $checksums := dict "checksum/config" (include "sortie.configFiles" .root | sha256sum) -}}
{{- if include "sortie.ownSecret" .root }}{{ $_ := set $checksums "checksum/database" (include "sortie.ownSecret" .root | sha256sum) }}{{ end -}}
metadata:
  {{- include "sortie.podMetadata" (dict "root" .root "component" .component "annotations" $checksums "isProcess" true) | nindent 2 }}
spec:
  {{- include "sortie.podSpec" (dict "root" .root "component" .component "uid" 10001) | nindent 2 }}
  terminationGracePeriodSeconds: 75
  containers:
    - name: sortie
      image: {{ include "sortie.image" (dict "root" .root "image" $values.image) }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      env:
        {{- include "sortie.environment" . | fromJsonArray | toYaml | nindent 8 }}
      ports:
        {{- if has "gateway" .services }}
        - name: http
          containerPort: 8080
        {{- end }}
        - name: probes
          containerPort: {{ $values.probes.port }}
      # A log of years is read before a process is ready: up to ten minutes.
      startupProbe:
        httpGet: { path: /livez, port: probes }
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 120
      livenessProbe:
        httpGet: { path: /livez, port: probes }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /readyz, port: probes }
        periodSeconds: 5
        timeoutSeconds: 6
        failureThreshold: 2
      lifecycle:
        # Whoever sends requests here hears only now that the pod ends.
        preStop:
          exec:
            command: [sleep, '5']
      resources:
        {{- toYaml .resources | nindent 8 }}
      securityContext:
        {{- include "sortie.containerSecurity" . | nindent 8 }}
      volumeMounts:
        - name: data
          mountPath: {{ include "sortie.dataMount" .root }}
        - name: tmp
          mountPath: /tmp
        - name: config
          mountPath: /etc/sortie
          readOnly: true
        {{- if $isMany }}
        - name: secrets
          mountPath: /run/secrets/sortie
          readOnly: true
        {{- end }}
  volumes:
    - name: data
      {{- toYaml .data | nindent 6 }}
    - name: tmp
      emptyDir: {}
    - name: config
      configMap:
        name: {{ include "sortie.fullname" .root }}
    {{- if $isMany }}
    - name: secrets
      projected:
        defaultMode: 288 # 0440: for the process's group, which is fsGroup
        sources:
          {{- include "sortie.secretSources" . | fromJsonArray | toYaml | nindent 10 }}
    {{- end }}
{{- end -}}

{{/* The files of /etc/sortie. */}}
{{- define "sortie.configFiles" -}}
branding.json: {{ .Values.branding | toPrettyJson | quote }}
apps.json: {{ dict "applications" .Values.seed.applications | toPrettyJson | quote }}
{{- end -}}

{{/* What of the values is secret, when anything is. */}}
{{- define "sortie.ownSecret" -}}
{{- $source := (include "sortie.database" . | fromYaml).source -}}
{{- $postgres := .Values.database.postgres -}}
{{- if and (eq $source "dsn") $postgres.dsn -}}
dsn: {{ $postgres.dsn | quote }}
{{- else if and (eq $source "parts") $postgres.password -}}
password: {{ $postgres.password | quote }}
{{- else if and (eq $source "bundled") .Values.persistence.postgresql.auth.password -}}
password: {{ .Values.persistence.postgresql.auth.password | quote }}
{{- end -}}
{{- end -}}
