package settings

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

func (r *reader) spans(name, namespace string) Spans {
	resource := map[string]string{"service.namespace": namespace, "service.name": name}
	for key, value := range r.pairs("OTEL_RESOURCE_ATTRIBUTES") {
		resource[key] = value
	}
	if service := r.lookup("OTEL_SERVICE_NAME"); service != "" {
		resource["service.name"] = service
	}
	return Spans{
		Endpoint: r.endpoint(),
		Headers:  r.pairs("OTEL_EXPORTER_OTLP_HEADERS"),
		Resource: resource,
		Share:    r.share("OTEL_TRACES_SAMPLER_ARG"),
	}
}

// pairs are key=value,key=value with values percent-encoded.
func (r *reader) pairs(name string) map[string]string {
	pairs := map[string]string{}
	text := r.lookup(name)
	for _, pair := range strings.Split(text, ",") {
		key, value, isPair := strings.Cut(pair, "=")
		if !isPair {
			continue
		}
		decoded, err := url.PathUnescape(strings.TrimSpace(value))
		if err != nil || !utf8.ValidString(decoded) {
			r.refuse(name, text, "percent-encoded UTF-8")
		}
		pairs[strings.TrimSpace(key)] = decoded
	}
	return pairs
}

func (r *reader) endpoint() string {
	if strings.EqualFold(r.lookup("OTEL_SDK_DISABLED"), "true") {
		return ""
	}
	if own := r.lookup("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"); own != "" {
		return r.url("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", own)
	}
	if base := r.lookup("OTEL_EXPORTER_OTLP_ENDPOINT"); base != "" {
		return strings.TrimRight(r.url("OTEL_EXPORTER_OTLP_ENDPOINT", base), "/") + "/v1/traces"
	}
	return ""
}

func (r *reader) url(name, text string) string {
	full := text
	if !strings.Contains(text, "://") {
		full = "http://" + text
	}
	parsed, err := url.Parse(full)
	if err != nil || (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Hostname() == "" {
		r.refuse(name, text, "an http or https URL, or host:port")
	}
	return full
}
