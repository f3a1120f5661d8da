package struct TracingSection: ConfigurationSection {
    package var endpoint = ""
    package var token = Secret()
    package var caFile = ""
    package var samplePercentage = 10

    package init() {}

    package static let name = "tracing"
    package static let purpose = "Spans of what daemons do, for a collector of OpenTelemetry."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text(
                "endpoint", \.endpoint,
                "URL that takes OTLP over HTTP in JSON, such as http://localhost:4318/v1/traces; empty: no spans."),
            .secret("token", \.token, "Bearer token that goes with each request."),
            .path("ca_file", \.caFile, "Authorities to trust for the endpoint in place of the system's (PEM)."),
            .number(
                "sample_percent", \.samplePercentage, in: 1...100,
                "Traces of a hundred that are told, chosen at random."),
        ]
    }
}
