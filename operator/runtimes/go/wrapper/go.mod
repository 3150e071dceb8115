module lambda.knative.io/runtime

go 1.22
