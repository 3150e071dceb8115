module knative-lambda/real-parts/foreign-crds

go 1.24.0
