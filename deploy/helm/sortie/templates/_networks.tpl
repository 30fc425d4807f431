{{/* Takes root and components: a selector of the pods of these parts. */}}
{{- define "sortie.componentsIn" -}}
matchLabels:
  {{- include "sortie.releaseSelector" .root | nindent 2 }}
matchExpressions:
  - key: app.kubernetes.io/component
    operator: In
    values: {{ .components | toJson }}
{{- end -}}

{{/* Where a server that is not the chart's may be. */}}
{{- define "sortie.externalNetworks" -}}
{{- with .Values.networkPolicy.externalCidrs -}}
to:
  {{- range . }}
  - ipBlock:
      cidr: {{ . | quote }}
  {{- end }}
{{- end -}}
{{- end -}}
