import APITypes
import Addressing
import Foundation
import Model
import Secrets

/// Reads the target of an event destination from a request.
struct EventTargetReading {
    /// Stands where a secret was; sent back, the secret stays.
    static let redacted = "[redacted]"

    /// Of the destination's record.
    let keys: RecordSeals
    /// What the destination sends to until now; nil where it is made.
    let kept: EventTarget?

    /// - Throws: what the target lacks.
    func target(_ body: CheckedBody) throws(Failure) -> EventTarget {
        let given = EventTarget.names.compactMap { name in body.object(name).map { (name: name, body: $0) } }
        guard let one = given.first else {
            throw Failure(
                .destinationTargetMissing,
                "The target has none of \(EventTarget.names.joined(separator: ", "))."
            )
        }
        guard given.count == 1 else {
            throw Failure(.destinationTargetTwice, "Both \(one.name) and \(given[1].name) are given.")
        }
        return try self.target(one.name, one.body)
    }

    private func target(_ name: String, _ body: CheckedBody) throws(Failure) -> EventTarget {
        switch name {
        case "firehose":
            let stream = try self.arn("delivery_stream_arn", of: body, "firehose", "deliverystream/")
            return .firehose(access: try self.access(body), stream: stream)
        case "kinesis":
            let stream = try self.arn("stream_arn", of: body, "kinesis", "stream/")
            return .kinesis(access: try self.access(body), stream: stream)
        case "cloudwatch_logs":
            let group = try self.arn("log_group_arn", of: body, "logs", "log-group:")
            return .cloudWatchLogs(access: try self.access(body), group: group)
        case "datadog": return try self.datadog(body)
        case "azure_logs_ingestion": return try self.azure(body)
        case "s3":
            return .bucket(
                access: try self.access(body),
                name: try self.arn("bucket_arn", of: body, "s3", ""),
                prefix: body.text("object_prefix") ?? "",
                isCompressed: body.flag("compression") ?? false,
                bytes: try Self.amount("max_file_size", of: body),
                seconds: try Self.amount("max_file_age", of: body)
            )
        case "http": return .http(try self.http(body))
        case "otlp": return .otlp(try self.otlp(body))
        case "syslog": return .syslog(try Self.syslog(body))
        case "kafka": return .kafka(try self.kafka(body))
        case "file": return .file(try Self.file(body))
        default:
            let isLogged = body.flag("log") ?? false
            let url = body.text("callback_url") ?? ""
            guard isLogged || !url.isEmpty else {
                throw Failure(.destinationTarget, "debug has neither log nor callback_url.")
            }
            if !url.isEmpty { try Self.checkURL(url) }
            return .debug(isLogged: isLogged, url: url)
        }
    }

    // MARK: - Kinds

    private func datadog(_ body: CheckedBody) throws(Failure) -> EventTarget {
        guard let key = body.filledText("api_key") else {
            throw Failure(.destinationDatadogKey, "datadog has no api_key.")
        }
        let site = body.filledText("ddsite") ?? "datadoghq.com"
        guard let host = try? HostName(parsing: site), host.labelCount >= 2 else {
            throw Failure(.destinationDatadogSite, "\"\(site.prefix(253))\" is no host name.")
        }
        var sealed = SealedText(key, self.keys)
        if key == Self.redacted, case .datadog(let old, _, _, let oldSite)? = self.kept {
            // Who may not see the key must not have it sent to a host of theirs.
            guard host.text == oldSite else {
                throw Failure(.destinationDatadogKey, "Another ddsite needs the api_key again.")
            }
            sealed = old
        }
        return .datadog(
            key: sealed,
            tags: body.text("ddtags") ?? "",
            service: body.text("service") ?? "",
            site: host.text
        )
    }

    private func azure(_ body: CheckedBody) throws(Failure) -> EventTarget {
        let secret = try Self.needed("client_secret", of: body)
        let (tenant, client) = (try Self.needed("tenant_id", of: body), try Self.needed("client_id", of: body))
        let uri = try Self.needed("logs_ingestion_uri", of: body)
        try Self.checkURL(uri)
        var sealed = SealedText(secret, self.keys)
        if secret == Self.redacted, case .azureLogs(let old)? = self.kept {
            // What is asked for with the secret goes to that host.
            guard Self.origin(of: old.uri) == Self.origin(of: uri), old.tenant == tenant, old.client == client else {
                throw Failure(
                    .destinationFields,
                    "client_secret must be given again, for the tenant, the client or the host is another."
                )
            }
            sealed = old.secret
        }
        return .azureLogs(
            .init(
                tenant: tenant,
                client: client,
                secret: sealed,
                uri: uri,
                rule: try Self.needed("data_collection_rule_id", of: body),
                stream: try Self.needed("data_collection_stream_name", of: body)
            )
        )
    }

    private func access(_ body: CheckedBody) throws(Failure) -> CloudAccess {
        guard let auth = body.object("auth") else {
            throw Failure(.destinationAuthMissing, "The target has no auth.")
        }
        switch (auth.object("role"), auth.object("creds")) {
        case (nil, nil): throw Failure(.destinationAuthEmpty, "auth has neither role nor creds.")
        case (.some, .some): throw Failure(.destinationAuthTwice, "auth has both role and creds.")
        case (let role?, nil):
            let arn = role.text("role_arn") ?? ""
            guard CloudName(arn)?.isOf("iam", "role/") == true else {
                throw Failure(.destinationRole, "\"\(arn.prefix(200))\" names no role.")
            }
            return .role(arn)
        case (nil, let creds?):
            let secret = try Self.needed("aws_secret_access_key", of: creds)
            var sealed = SealedText(secret, self.keys)
            if secret == Self.redacted, case .key(_, let old)? = self.kept?.access { sealed = old }
            return .key(id: try Self.needed("aws_access_key_id", of: creds), secret: sealed)
        }
    }

    // MARK: - Members

    static func needed(_ name: String, of body: CheckedBody) throws(Failure) -> String {
        guard let text = body.filledText(name) else { throw Failure(.destinationTarget, "\(name) is missing.") }
        return text
    }

    private static func amount(_ name: String, of body: CheckedBody) throws(Failure) -> Int64 {
        let amount = body.integer(name) ?? 0
        guard amount >= 0 else { throw Failure(.destinationTarget, "\(name) is below zero.") }
        return amount
    }

    private func arn(
        _ name: String,
        of body: CheckedBody,
        _ service: String,
        _ resource: String
    ) throws(Failure) -> String {
        let text = try Self.needed(name, of: body)
        guard CloudName(text)?.isOf(service, resource) == true else {
            let form = "arn:aws:\(service):REGION:ACCOUNT:\(resource)NAME"
            throw Failure(.destinationARN, "\(name) is \"\(text.prefix(200))\" and not of the form \(form).")
        }
        return text
    }

    static func checkURL(_ text: String) throws(Failure) {
        let parts = text.utf8.count <= 2048 ? URLComponents(string: text) : nil
        guard let parts, ["http", "https"].contains(parts.scheme?.lowercased()), parts.host?.isEmpty == false else {
            throw Failure(.destinationURL, "\"\(text.prefix(200))\" is no absolute URL.")
        }
    }
}

/// An Amazon Resource Name: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
private struct CloudName {
    private let service: Substring
    private let resource: Substring

    /// - Returns: nil when `text` has not the form of one.
    init?(_ text: String) {
        guard text.utf8.count <= 1024, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", !parts[1].isEmpty else { return nil }
        self.service = parts[2]
        self.resource = parts[5]
    }

    /// Whether it names something of a service whose name begins so.
    func isOf(_ service: String, _ prefix: String) -> Bool {
        self.service == service && self.resource.hasPrefix(prefix) && self.resource.utf8.count > prefix.utf8.count
    }
}
