{{/* Names and labels. */}}

{{- define "sortie.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 40 letters, so that the longest suffix still fits into a name of 63. */}}
{{- define "sortie.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "sortie.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "sortie.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects all pods of a release; with a component, one part's. These never change: a Deployment's selector can't. */}}
{{- define "sortie.releaseSelector" -}}
app.kubernetes.io/name: {{ include "sortie.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "sortie.selector" -}}
{{ include "sortie.releaseSelector" .root }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Takes root and, where it is a part's, component. */}}
{{- define "sortie.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "sortie.releaseSelector" .root }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: sortie
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{- define "sortie.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "sortie.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* Takes root and image. */}}
{{- define "sortie.image" -}}
{{- printf "%s:%s" .image.repository (default .root.Chart.AppVersion .image.tag) -}}
{{- end -}}

{{/* The part whose pods host the gateway. */}}
{{- define "sortie.gatewayComponent" -}}
{{- if eq .Values.database.type "postgres" }}gateway{{ else }}server{{ end -}}
{{- end -}}

{{/* The parts that are Sortie itself, as a list in JSON. */}}
{{- define "sortie.components" -}}
{{- if eq .Values.database.type "postgres" -}}
{{- list "identity" "catalog" "session" "audit" "gateway" | toJson -}}
{{- else -}}
{{- list "server" | toJson -}}
{{- end -}}
{{- end -}}

{{/* Takes root and service: how many pods. */}}
{{- define "sortie.replicas" -}}
{{- $own := (index .root.Values.services .service).replicas -}}
{{- if not (kindIs "invalid" $own) -}}
{{- $own -}}
{{- else if not (kindIs "invalid" .root.Values.replicaCount) -}}
{{- .root.Values.replicaCount -}}
{{- else -}}
2
{{- end -}}
{{- end -}}
