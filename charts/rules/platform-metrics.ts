/** A metric that somebody else emits and that we query. */
export interface PlatformMetric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Labels beside those that the scrape adds. */
  readonly labels: readonly string[];
}

/** Program that emits metrics, and where their names were looked up. */
export interface Exporter {
  readonly source: string;
  readonly metrics: Readonly<Record<string, PlatformMetric>>;
}

/** Labels that the scrape of Prometheus or its monitors put on a series, whatever its metric. */
export const scrapeLabels = [
  'cluster',
  'container',
  'endpoint',
  'environment',
  'instance',
  'job',
  'namespace',
  'node',
  'pod',
  'service',
] as const;

const gauge = (...labels: readonly string[]): PlatformMetric => ({ type: 'gauge', labels });
const counter = (...labels: readonly string[]): PlatformMetric => ({ type: 'counter', labels });
const histogram = (...labels: readonly string[]): PlatformMetric => ({ type: 'histogram', labels });

const queue = ['vhost', 'queue'] as const;
const global = ['protocol', 'queue_type'] as const;
const deadLettered = ['queue_type', 'dead_letter_strategy'] as const;
const revision = ['k8s_namespace_name', 'kn_service_name', 'kn_configuration_name', 'kn_revision_name'] as const;
const dispatch = ['kn_broker_name', 'kn_broker_namespace', 'http_response_status_code'] as const;
const proxied = ['direction', 'deployment', 'dst_deployment', 'dst_namespace', 'tls'] as const;
const request = ['scenario', 'method', 'name', 'status', 'group', 'testid'] as const;

export const exporters = {
  prometheus: {
    source: 'https://prometheus.io/docs/concepts/jobs_instances',
    metrics: { up: gauge(), scrape_duration_seconds: gauge(), scrape_samples_scraped: gauge() },
  },
  'kube-state-metrics': {
    source: 'https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics',
    metrics: {
      kube_deployment_spec_replicas: gauge('deployment'),
      kube_deployment_status_replicas_available: gauge('deployment'),
      kube_deployment_status_replicas_ready: gauge('deployment'),
      kube_pod_status_phase: gauge('phase', 'uid'),
      kube_pod_container_status_restarts_total: counter('uid'),
      kube_pod_container_status_waiting_reason: gauge('uid', 'reason'),
      kube_job_status_failed: gauge('job_name', 'reason'),
      kube_resourcequota: gauge('resourcequota', 'resource', 'type'),
    },
  },
  // only with the custom resource state of docs/operations/monitoring.md: current Flux controllers emit no readiness
  'kube-state-metrics with the state of Flux': {
    source: 'https://fluxcd.io/flux/monitoring/custom-metrics',
    metrics: {
      gotk_resource_info: gauge('customresource_kind', 'exported_namespace', 'name', 'ready', 'suspended', 'revision'),
    },
  },
  cadvisor: {
    source: 'https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md',
    metrics: {
      container_cpu_usage_seconds_total: counter('id', 'image', 'name', 'cpu'),
      container_memory_usage_bytes: gauge('id', 'image', 'name'),
      container_memory_working_set_bytes: gauge('id', 'image', 'name'),
    },
  },
  // prometheus_rabbitmq_core_metrics_collector and prometheus_rabbitmq_global_metrics_collector of RabbitMQ 4.1;
  // detailed ones come from /metrics/detailed for the families that the ServiceMonitor asks for
  rabbitmq: {
    source: 'https://www.rabbitmq.com/docs/prometheus',
    metrics: {
      rabbitmq_detailed_queue_messages: gauge(...queue),
      rabbitmq_detailed_queue_messages_ready: gauge(...queue),
      rabbitmq_detailed_queue_messages_unacked: gauge(...queue),
      rabbitmq_detailed_queue_consumers: gauge(...queue),
      rabbitmq_detailed_queue_head_message_timestamp: gauge(...queue),
      rabbitmq_detailed_queue_messages_delivered_ack_total: counter(...queue),
      rabbitmq_detailed_queue_messages_redelivered_total: counter(...queue),
      rabbitmq_detailed_queue_messages_acked_total: counter(...queue),
      rabbitmq_detailed_queue_exchange_messages_published_total: counter(
        'queue_vhost',
        'queue',
        'exchange_vhost',
        'exchange',
      ),
      rabbitmq_global_messages_received_total: counter('protocol'),
      rabbitmq_global_messages_routed_total: counter('protocol'),
      rabbitmq_global_messages_unroutable_dropped_total: counter('protocol'),
      rabbitmq_global_messages_delivered_total: counter(...global),
      rabbitmq_global_messages_acknowledged_total: counter(...global),
      rabbitmq_global_messages_redelivered_total: counter(...global),
      rabbitmq_global_messages_dead_lettered_rejected_total: counter(...deadLettered),
      rabbitmq_global_messages_dead_lettered_expired_total: counter(...deadLettered),
      rabbitmq_global_messages_dead_lettered_maxlen_total: counter(...deadLettered),
      rabbitmq_global_messages_dead_lettered_delivery_limit_total: counter(...deadLettered),
      rabbitmq_connections: gauge(),
      rabbitmq_channels: gauge(),
      rabbitmq_queues: gauge(),
      rabbitmq_identity_info: gauge('rabbitmq_node', 'rabbitmq_cluster', 'rabbitmq_cluster_permanent_id'),
      rabbitmq_process_resident_memory_bytes: gauge(),
      rabbitmq_resident_memory_limit_bytes: gauge(),
      rabbitmq_disk_space_available_bytes: gauge(),
      rabbitmq_disk_space_available_limit_bytes: gauge(),
      rabbitmq_alarms_memory_used_watermark: gauge(),
      rabbitmq_alarms_free_disk_space_watermark: gauge(),
    },
  },
  flagger: {
    source: 'https://github.com/fluxcd/flagger/blob/v1.41.0/pkg/metrics/recorder.go',
    metrics: {
      // 0 runs, 1 succeeded, 2 failed
      flagger_canary_status: gauge('name'),
      flagger_canary_weight: gauge('workload'),
      flagger_canary_metric_analysis: gauge('name', 'metric'),
      flagger_canary_duration_seconds: histogram('name'),
    },
  },
  // gotk_reconcile_condition and gotk_suspend_status are declared there and no longer set
  flux: {
    source: 'https://github.com/fluxcd/pkg/blob/runtime/v0.91.0/runtime/metrics/recorder.go',
    metrics: { gotk_reconcile_duration_seconds: histogram('kind', 'name') },
  },
  // names of knative.dev/serving v0.46.6 with underscores for dots, as its Prometheus exporter writes them; earlier
  // releases had others (autoscaler_desired_pods). kn_queueproxy_app_duration_seconds counts whole seconds only
  'knative-serving': {
    source: 'https://github.com/knative/serving/tree/knative-v1.19.6/pkg/autoscaler/scaling/metrics.go',
    metrics: {
      kn_revision_pods_desired: gauge(...revision),
      kn_revision_pods_requested: gauge(...revision),
      kn_revision_pods_count: gauge(...revision),
      kn_revision_pods_not_ready_count: gauge(...revision),
      kn_revision_pods_pending_count: gauge(...revision),
      kn_revision_concurrency_stable: gauge(...revision),
      kn_revision_concurrency_target: gauge(...revision),
      kn_revision_panic_mode: gauge(...revision),
      kn_revision_request_concurrency: gauge(...revision),
      kn_queueproxy_depth: gauge(...revision),
      kn_queueproxy_app_duration_seconds: histogram(...revision, 'http_response_status_code'),
    },
  },
  'knative-eventing': {
    source: 'https://github.com/knative/eventing/blob/knative-v1.19.0/pkg/broker/ingress/ingress_handler.go',
    metrics: { kn_eventing_dispatch_duration_seconds: histogram(...dispatch) },
  },
  'cert-manager': {
    source: 'https://github.com/cert-manager/cert-manager/blob/v1.19.1/pkg/metrics/metrics.go',
    metrics: {
      certmanager_certificate_expiration_timestamp_seconds: gauge('name', 'issuer_name', 'issuer_kind', 'issuer_group'),
      certmanager_certificate_ready_status: gauge('name', 'condition', 'issuer_name', 'issuer_kind', 'issuer_group'),
    },
  },
  linkerd: {
    source: 'https://linkerd.io/2/reference/proxy-metrics',
    metrics: {
      response_total: counter(...proxied, 'classification', 'status_code'),
      response_latency_ms: histogram(...proxied, 'status_code'),
    },
  },
  // written by k6 with --out experimental-prometheus-rw; a trend has one series for each chosen statistic
  k6: {
    source: 'https://grafana.com/docs/k6/latest/results-output/real-time/prometheus-remote-write',
    metrics: {
      k6_vus: gauge('testid'),
      k6_iterations_total: counter('scenario', 'testid'),
      k6_http_reqs_total: counter(...request),
      k6_http_req_failed_rate: gauge(...request),
      k6_http_req_duration_p50: gauge(...request),
      k6_http_req_duration_p90: gauge(...request),
      k6_http_req_duration_p95: gauge(...request),
      k6_http_req_duration_p99: gauge(...request),
      k6_http_req_waiting_p95: gauge(...request),
      k6_http_req_connecting_p95: gauge(...request),
      k6_data_sent_total: counter('scenario', 'group', 'testid'),
      k6_data_received_total: counter('scenario', 'group', 'testid'),
      k6_checks_rate: gauge('check', 'scenario', 'group', 'testid'),
    },
  },
} as const satisfies Readonly<Record<string, Exporter>>;

/** All metrics of others, by name. */
export const platformMetrics: ReadonlyMap<string, PlatformMetric> = new Map(
  Object.values(exporters).flatMap(({ metrics }): [string, PlatformMetric][] => Object.entries(metrics)),
);
