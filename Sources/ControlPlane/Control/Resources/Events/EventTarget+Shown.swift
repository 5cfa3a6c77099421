import JSON

extension EventTarget {
    /// What the API calls the kinds of targets, in the order of answers.
    static let names = [
        "firehose", "kinesis", "cloudwatch_logs", "datadog", "azure_logs_ingestion", "s3", "debug", "http", "otlp",
        "syslog", "kafka", "file",
    ]

    /// What the API calls its kind.
    var name: String {
        switch self {
        case .firehose: "firehose"
        case .kinesis: "kinesis"
        case .cloudWatchLogs: "cloudwatch_logs"
        case .datadog: "datadog"
        case .azureLogs: "azure_logs_ingestion"
        case .bucket: "s3"
        case .debug: "debug"
        case .http: "http"
        case .otlp: "otlp"
        case .syslog: "syslog"
        case .kafka: "kafka"
        case .file: "file"
        }
    }

    /// How it reaches AWS; nil where it does not.
    var access: CloudAccess? {
        switch self {
        case .firehose(let access, _), .kinesis(let access, _), .cloudWatchLogs(let access, _): access
        case .bucket(let access, _, _, _, _, _): access
        case .datadog, .azureLogs, .debug, .http, .otlp, .syslog, .kafka, .file: nil
        }
    }

    /// As answers show it: all kinds, null but for its own, and no secret.
    var shown: JSONValue {
        .object(JSONObject(Self.names.map { JSONObject.Member($0, $0 == self.name ? .object(self.members) : .null) }))
    }

    private var members: JSONObject {
        let redacted = JSONValue.string(EventTargetReading.redacted)
        switch self {
        case .firehose(let access, let stream):
            return ["auth": access.shown, "delivery_stream_arn": .string(stream)]
        case .kinesis(let access, let stream): return ["auth": access.shown, "stream_arn": .string(stream)]
        case .cloudWatchLogs(let access, let group): return ["auth": access.shown, "log_group_arn": .string(group)]
        case .datadog(_, let tags, let service, let site):
            return [
                "api_key": redacted, "ddtags": .string(tags), "service": .string(service), "ddsite": .string(site),
            ]
        case .azureLogs(let logs):
            return [
                "tenant_id": .string(logs.tenant), "client_id": .string(logs.client), "client_secret": redacted,
                "logs_ingestion_uri": .string(logs.uri), "data_collection_rule_id": .string(logs.rule),
                "data_collection_stream_name": .string(logs.stream),
            ]
        case .bucket(let access, let name, let prefix, let isCompressed, let bytes, let seconds):
            return [
                "auth": access.shown, "bucket_arn": .string(name), "object_prefix": .string(prefix),
                "compression": .bool(isCompressed), "max_file_size": .integer(bytes),
                "max_file_age": .integer(seconds),
            ]
        case .debug(let isLogged, let url): return ["log": .bool(isLogged), "callback_url": .string(url)]
        case .http(let http):
            return [
                "url": .string(http.url), "headers": Self.shown(http.headers),
                "secret": http.secret == nil ? "" : redacted,
            ]
        case .otlp(let otlp): return ["endpoint": .string(otlp.endpoint), "headers": Self.shown(otlp.headers)]
        case .syslog(let syslog):
            let host = syslog.host.contains(":") ? "[\(syslog.host)]" : syslog.host
            return [
                "address": .string("\(host):\(syslog.port)"), "tls": .bool(syslog.isSecure),
                "facility": .integer(Int64(syslog.facility)), "app_name": .string(syslog.application),
            ]
        case .kafka(let kafka):
            return [
                "brokers": .string(kafka.brokers), "topic": .string(kafka.topic), "tls": .bool(kafka.isSecure),
                "username": .string(kafka.user), "password": kafka.password == nil ? "" : redacted,
            ]
        case .file(let file):
            return [
                "name": .string(file.name), "max_file_size": .integer(Int64(file.bytes)),
                "max_files": .integer(Int64(file.files)),
            ]
        }
    }
}

extension EventTarget {
    private static func shown(_ headers: [String: SealedText]) -> JSONValue {
        .object(
            JSONObject(headers.keys.sorted().map { JSONObject.Member($0, .string(EventTargetReading.redacted)) })
        )
    }
}

extension CloudAccess {
    fileprivate var shown: JSONValue {
        switch self {
        case .role(let arn): ["role": ["role_arn": .string(arn)], "creds": .null]
        case .key(let id, _):
            [
                "role": .null,
                "creds": [
                    "aws_access_key_id": .string(id),
                    "aws_secret_access_key": .string(EventTargetReading.redacted),
                ],
            ]
        }
    }
}
