package import Control
internal import Events
internal import Foundation
package import Model
package import Secrets
internal import Store

/// Makes what sends to the targets of destinations.
package struct SenderWorkshop: Sendable {
    let configuration: DeliveryConfiguration
    let keys: SealingKeyring
    let transport: any EventTransport

    package init(_ configuration: DeliveryConfiguration, keys: SealingKeyring, transport: any EventTransport) {
        self.configuration = configuration
        self.keys = keys
        self.transport = transport
    }

    /// What keeps events from a target; nil for nothing.
    package func problem(of target: EventTarget) -> Failure? {
        switch target {
        case .bucket: Failure(.eventsNotDelivered, "The edge does not write to buckets; firehose does.")
        case .firehose(.role, _), .kinesis(.role, _), .cloudWatchLogs(.role, _):
            Failure(
                .eventsNotDelivered,
                "The edge is nobody at Amazon who could assume a role. Give creds in its place."
            )
        case .file where self.configuration.files == nil:
            Failure(.destinationFile, "The edge's configuration names no folder for files of events.")
        case .kafka:
            KafkaSender.problem().map { Failure(.destinationLibrary, "librdkafka is not there.", detail: $0) }
        case .datadog, .debug, .http, .otlp, .syslog, .file, .firehose, .kinesis, .cloudWatchLogs, .azureLogs: nil
        }
    }

    /// - Throws: where a secret of the target cannot be opened, or events are not sent to it.
    func sender(for destination: Stored<EventDestinationRecord>) throws -> any EventSender {
        guard let account = destination.owner else { throw Failure(.eventsNotDelivered, "It belongs to nobody.") }
        let seals = destination.seals(self.keys)
        switch destination.document.target {
        case .datadog(let key, let tags, let service, let site):
            return DatadogSender(
                key: try key.reveal(seals),
                tags: tags,
                service: service,
                site: site,
                account: account,
                transport: self.transport
            )
        case .debug(let isLogged, let url): return self.debug(isLogged, url, account)
        case .http(let http):
            return HTTPSender(
                url: http.url,
                fields: try Self.fields(http.headers, seals),
                secret: try http.secret?.reveal(seals),
                account: account,
                transport: self.transport
            )
        case .otlp(let otlp):
            return OTLPSender(
                endpoint: otlp.endpoint,
                fields: try Self.fields(otlp.headers, seals),
                account: account,
                transport: self.transport
            )
        case .syslog(let syslog):
            return SyslogSender(
                SyslogSender.Target(
                    host: syslog.host,
                    port: syslog.port,
                    isSecure: syslog.isSecure,
                    facility: syslog.facility,
                    application: syslog.application
                ),
                hostName: self.configuration.hostName,
                transport: self.transport
            )
        case .kafka(let kafka):
            return KafkaSender(
                KafkaSender.Target(
                    brokers: kafka.brokers,
                    topic: kafka.topic,
                    isSecure: kafka.isSecure,
                    user: kafka.user,
                    password: try kafka.password?.reveal(seals)
                ),
                account: account,
                transport: self.transport
            )
        case .file(let file):
            guard let folder = self.configuration.files else { throw Failure(.destinationFile, "There is no folder.") }
            // Names have no slash, and each account has a folder of its own.
            return FileSender("\(folder)/\(account)/\(file.name)", limit: file.bytes, kept: file.files)
        case .firehose(let access, let stream): return try self.amazon(.firehose, stream, access, seals, account)
        case .kinesis(let access, let stream): return try self.amazon(.kinesis, stream, access, seals, account)
        case .cloudWatchLogs(let access, let group): return try self.amazon(.logs, group, access, seals, account)
        case .azureLogs(let azure):
            return AzureLogsSender(
                AzureLogsSender.Target(
                    tenant: azure.tenant,
                    client: azure.client,
                    secret: try azure.secret.reveal(seals),
                    uri: azure.uri,
                    rule: azure.rule,
                    stream: azure.stream
                ),
                account: account,
                transport: self.transport
            )
        case .bucket: throw Failure(.eventsNotDelivered, "The edge does not write to buckets.")
        }
    }

    private func amazon(
        _ service: AmazonSender.Service,
        _ name: String,
        _ access: CloudAccess,
        _ seals: RecordSeals,
        _ account: ResourceID<AccountKind>
    ) throws -> any EventSender {
        guard case .key(let id, let secret) = access,
            let sender = AmazonSender(
                service,
                name: name,
                keyID: id,
                secret: try secret.reveal(seals),
                account: account,
                transport: self.transport
            )
        else { throw Failure(.eventsNotDelivered, "It has no keys of Amazon, or its ARN names no region.") }
        return sender
    }

    private func debug(_ isLogged: Bool, _ url: String, _ account: ResourceID<AccountKind>) -> any EventSender {
        let log = LogSender(write: self.configuration.writeLine)
        guard !url.isEmpty else { return log }
        let post = HTTPSender(url: url, fields: [], secret: nil, account: account, transport: self.transport)
        return isLogged ? BothSenders(first: post, second: log) : post
    }

    private static func fields(
        _ headers: [String: SealedText],
        _ seals: RecordSeals
    ) throws -> [(name: String, value: String)] {
        try headers.sorted { $0.key < $1.key }.map { name, value in
            (name, try value.reveal(seals, as: .header(name)).reveal())
        }
    }
}
