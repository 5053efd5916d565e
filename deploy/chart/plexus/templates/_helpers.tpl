{{- define "plexus.labels" -}}
app.kubernetes.io/name: plexus
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "plexus.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "plexus.cniConfDir" -}}
{{- $of := dict "k3s" "/var/lib/rancher/k3s/agent/etc/cni/net.d" "microk8s" "/var/snap/microk8s/current/args/cni-network" "openshift" "/etc/kubernetes/cni/net.d" -}}
{{ .Values.paths.cniConfDir | default (get $of .Values.runtime) | default "/etc/cni/net.d" }}
{{- end }}

{{- define "plexus.cniBinDir" -}}
{{- $of := dict "k3s" "/var/lib/rancher/k3s/data/cni" "microk8s" "/var/snap/microk8s/current/opt/cni/bin" "gke" "/home/kubernetes/bin" "openshift" "/var/lib/cni/bin" -}}
{{ .Values.paths.cniBinDir | default (get $of .Values.runtime) | default "/opt/cni/bin" }}
{{- end }}

{{- define "plexus.seLinuxType" -}}
{{- $of := dict "cri-o" "spc_t" "k3s" "spc_t" "rke2" "spc_t" "openshift" "spc_t" -}}
{{ .Values.seLinuxType | default (get $of .Values.runtime) }}
{{- end }}

{{- /* The kubelet of Talos runs in a container and does not see all folders of the node. */ -}}
{{- define "plexus.folderType" -}}
{{ eq .Values.runtime "talos" | ternary "" "Directory" }}
{{- end }}

{{- define "plexus.securityContext" -}}
privileged: false
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
  {{- with .Values.extraCapabilities }}
  add: {{ toJson . }}
  {{- end }}
{{- end }}
