{{- /* Written by ../../generate_chart from sidecar, sidecar-classic, redirect, trust, persistence and ship; change that. */ -}}
{{- define "exeat.labels" -}}
{{- if index .Values.components "gateway" }}
exeat: client
{{- else }}
exeat: sidecar
{{- end }}
{{- end }}
{{- define "exeat.initContainers" -}}
{{- if index .Values.components "redirect" }}
- name: exeat-rules
  image: {{ .Values.images.exeat }}
  args:
  - redirect
  - apply
  - -c
  - /etc/exeat/exeat.yaml
  env:
  - name: POD
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  - name: NAMESPACE
    valueFrom:
      fieldRef:
        fieldPath: metadata.namespace
  resources:
    requests:
      cpu: 10m
      memory: 16Mi
    limits:
      memory: 64Mi
  volumeMounts:
  - name: exeat-policy
    mountPath: /etc/exeat
    readOnly: true
  securityContext:
    runAsNonRoot: false
    runAsUser: 0
    readOnlyRootFilesystem: true
    allowPrivilegeEscalation: false
    capabilities:
      drop:
      - ALL
      add:
      - NET_ADMIN
    seccompProfile:
      type: RuntimeDefault
{{- end }}
{{- if index .Values.components "sidecar" }}
- name: exeat
  image: {{ .Values.images.exeat }}
  restartPolicy: Always
  env:
  - name: POD
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  - name: NAMESPACE
    valueFrom:
      fieldRef:
        fieldPath: metadata.namespace
  ports:
  - name: exeat-admin
    containerPort: 9901
  startupProbe:
    httpGet:
      path: /readyz
      port: 9901
    periodSeconds: 1
    failureThreshold: 30
  readinessProbe:
    httpGet:
      path: /readyz
      port: 9901
  livenessProbe:
    httpGet:
      path: /livez
      port: 9901
  resources:
    requests:
      cpu: 50m
      memory: 32Mi
    limits:
      memory: 256Mi
  securityContext:
    runAsNonRoot: true
    runAsUser: 64123
    runAsGroup: 64123
    readOnlyRootFilesystem: true
    allowPrivilegeEscalation: false
    capabilities:
      drop:
      - ALL
    seccompProfile:
      type: RuntimeDefault
  volumeMounts:
  - name: exeat-policy
    mountPath: /etc/exeat
    readOnly: true
  - name: exeat-keys
    mountPath: /etc/exeat-keys
    readOnly: true
  - name: exeat-store
    mountPath: /var/lib/exeat
  - name: exeat-evidence
    mountPath: /mnt/evidence
  - name: exeat-run
    mountPath: /run/exeat
{{- end }}
{{- end }}
{{- define "exeat.containers" -}}
{{- if index .Values.components "sidecar-classic" }}
- name: exeat
  image: {{ .Values.images.exeat }}
  env:
  - name: POD
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  - name: NAMESPACE
    valueFrom:
      fieldRef:
        fieldPath: metadata.namespace
  ports:
  - name: exeat-admin
    containerPort: 9901
  startupProbe:
    httpGet:
      path: /readyz
      port: 9901
    periodSeconds: 1
    failureThreshold: 30
  readinessProbe:
    httpGet:
      path: /readyz
      port: 9901
  livenessProbe:
    httpGet:
      path: /livez
      port: 9901
  resources:
    requests:
      cpu: 50m
      memory: 32Mi
    limits:
      memory: 256Mi
  securityContext:
    runAsNonRoot: true
    runAsUser: 64123
    runAsGroup: 64123
    readOnlyRootFilesystem: true
    allowPrivilegeEscalation: false
    capabilities:
      drop:
      - ALL
    seccompProfile:
      type: RuntimeDefault
  volumeMounts:
  - name: exeat-policy
    mountPath: /etc/exeat
    readOnly: true
  - name: exeat-keys
    mountPath: /etc/exeat-keys
    readOnly: true
  - name: exeat-store
    mountPath: /var/lib/exeat
  - name: exeat-evidence
    mountPath: /mnt/evidence
  - name: exeat-run
    mountPath: /run/exeat
{{- end }}
{{- end }}
{{- define "exeat.gateVolumes" -}}
- name: exeat-policy
  configMap:
    name: exeat-policy
- name: exeat-keys
  projected:
    defaultMode: 288
    sources:
    - secret:
        name: exeat-ca
    - secret:
        name: exeat-witness-access
        optional: true
{{- if index .Values.components "persistence" }}
- name: exeat-store
  ephemeral:
    volumeClaimTemplate:
      spec:
        accessModes:
        - ReadWriteOnce
        resources:
          requests:
            storage: 10Gi
{{- else }}
- name: exeat-store
  emptyDir: {}
{{- end }}
{{- if index .Values.components "ship" }}
- name: exeat-evidence
  persistentVolumeClaim:
    claimName: exeat-evidence
{{- else }}
- name: exeat-evidence
  emptyDir: {}
{{- end }}
- name: exeat-run
  emptyDir:
    medium: Memory
{{- end }}
{{- define "exeat.volumes" -}}
{{- if index .Values.components "gateway" }}
{{- else }}
{{ include "exeat.gateVolumes" . }}{{- end }}
- name: exeat-trust
  projected:
    sources:
    - configMap:
        name: exeat-bundle
    - configMap:
        name: exeat-trust
{{- end }}
{{- define "exeat.envFrom" -}}
- configMapRef:
    name: exeat-client
{{- end }}
{{- define "exeat.volumeMounts" -}}
- name: exeat-trust
  mountPath: /etc/exeat-trust
- name: exeat-trust
  mountPath: /usr/local/etc/php-fpm.d/zz-exeat.conf
  subPath: zz-exeat.conf
{{- end }}
{{- define "exeat.securityContext" -}}
{{- if index .Values.components "redirect" }}
allowPrivilegeEscalation: false
capabilities:
  drop:
  - SETUID
  - SETGID
  - NET_ADMIN
  - NET_RAW
{{- end }}
{{- end }}
