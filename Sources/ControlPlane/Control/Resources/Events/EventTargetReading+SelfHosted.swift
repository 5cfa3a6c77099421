import APITypes
import Addressing
import Foundation
import Model
import Secrets

/// Targets with addresses that their owner chooses. A secret is kept only where it goes to the host that it was given for.
extension EventTargetReading {
    private static let headerLimit = 20

    func http(_ body: CheckedBody) throws(Failure) -> EventTarget.HTTP {
        let url = try Self.needed("url", of: body)
        try Self.checkURL(url)
        var old: EventTarget.HTTP?
        if case .http(let kept)? = self.kept, Self.origin(of: kept.url) == Self.origin(of: url) { old = kept }
        return EventTarget.HTTP(
            url: url,
            headers: try self.headers(body, old?.headers),
            secret: try self.secret("secret", of: body, old?.secret)
        )
    }

    func otlp(_ body: CheckedBody) throws(Failure) -> EventTarget.OTLP {
        let endpoint = try Self.needed("endpoint", of: body)
        try Self.checkURL(endpoint)
        var old: EventTarget.OTLP?
        if case .otlp(let kept)? = self.kept, Self.origin(of: kept.endpoint) == Self.origin(of: endpoint) { old = kept }
        return EventTarget.OTLP(endpoint: endpoint, headers: try self.headers(body, old?.headers))
    }

    static func syslog(_ body: CheckedBody) throws(Failure) -> EventTarget.Syslog {
        let isSecure = body.flag("tls") ?? false
        let address = try Self.address(try Self.needed("address", of: body), port: isSecure ? 6514 : 514)
        let facility = body.integer("facility") ?? 16
        guard (0...23).contains(facility) else { throw Self.wrong("facility", "is not 0 to 23") }
        let application = body.filledText("app_name") ?? "portico"
        guard (1...48).contains(application.utf8.count), application.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw Self.wrong("app_name", "is not 1 to 48 printable letters without a space") }
        return EventTarget.Syslog(
            host: address.host,
            port: address.port,
            isSecure: isSecure,
            facility: Int(facility),
            application: application
        )
    }

    func kafka(_ body: CheckedBody) throws(Failure) -> EventTarget.Kafka {
        let names = try Self.needed("brokers", of: body).split(separator: ",", maxSplits: 20)
        guard (1...20).contains(names.count) else { throw Self.wrong("brokers", "names none, or more than 20") }
        var brokers: [String] = []
        for name in names {
            let address = try Self.address(name.trimmingCharacters(in: .whitespaces), port: 9092)
            brokers.append(
                address.host.contains(":") ? "[\(address.host)]:\(address.port)" : "\(address.host):\(address.port)"
            )
        }
        let topic = try Self.needed("topic", of: body)
        guard topic.utf8.count <= 249, topic != ".", topic != "..", topic.utf8.allSatisfy(Self.isNameByte) else {
            throw Self.wrong("topic", "is not 1 to 249 letters, digits, dots, hyphens and underscores")
        }
        let joined = brokers.joined(separator: ",")
        let user = body.text("username") ?? ""
        let isSecure = body.flag("tls") ?? false
        var old: EventTarget.Kafka?
        if case .kafka(let kept)? = self.kept, kept.brokers == joined, kept.isSecure == isSecure { old = kept }
        let password = try self.secret("password", of: body, old?.password)
        guard user.isEmpty == (password == nil) else {
            throw Self.wrong(user.isEmpty ? "username" : "password", "is missing beside the other")
        }
        return EventTarget.Kafka(brokers: joined, topic: topic, isSecure: isSecure, user: user, password: password)
    }

    static func file(_ body: CheckedBody) throws(Failure) -> EventTarget.File {
        let name = try Self.needed("name", of: body)
        guard (1...64).contains(name.utf8.count), !name.hasPrefix("."), name.utf8.allSatisfy(Self.isNameByte) else {
            throw Failure(.destinationFile, "\"\(name.prefix(100))\" is no name of a file.")
        }
        let bytes = body.integer("max_file_size") ?? 100 << 20
        guard (4096...(1 << 30)).contains(bytes) else { throw Self.wrong("max_file_size", "is not 4 KiB to 1 GiB") }
        let files = body.integer("max_files") ?? 5
        guard (0...100).contains(files) else { throw Self.wrong("max_files", "is not 0 to 100") }
        return EventTarget.File(name: name, bytes: Int(bytes), files: Int(files))
    }

    // MARK: - Members

    private static func wrong(_ name: String, _ problem: String) -> Failure {
        Failure(.destinationFields, "\(name) \(problem).")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    private static func address(_ text: String, port: UInt16) throws(Failure) -> (host: String, port: UInt16) {
        // The reader of URLs decides what is a host and what a port.
        var rules = OutboundRules(schemes: ["events"], ports: Set(1 ... .max))
        rules.opened = ["0.0.0.0/0", "::/0"].compactMap { try? IPPrefix(parsing: $0) }
        let hasPort = text.split(separator: ":", omittingEmptySubsequences: false).count == 2 || text.contains("]:")
        let isBareIPv6 = (try? IPAddress(parsing: text)) != nil && text.contains(":")
        let host = isBareIPv6 ? "[\(text)]" : text
        let url: OutboundURL
        do throws(OutboundURLError) {
            let end = hasPort && !isBareIPv6 ? "" : ":\(port)"
            url = try OutboundURL(parsing: "events://\(host)\(end)", rules: rules)
        } catch  where error.reason == .localName {
            // Whether it may be connected to is seen then.
            let parts = text.split(separator: ":")
            return (String(parts[0]).lowercased(), parts.count > 1 ? UInt16(parts[1]) ?? port : port)
        } catch {
            throw Failure(.destinationAddress, "\"\(text.prefix(100))\" \(error.problem).")
        }
        guard url.target == "/" else {
            throw Failure(.destinationAddress, "\"\(text.prefix(100))\" is more than a host and a port.")
        }
        return (url.host.description, url.port)
    }

    /// Scheme, host and port.
    static func origin(of url: String) -> [String]? {
        URLComponents(string: url).map { [$0.scheme ?? "", $0.host ?? "", "\($0.port ?? 0)"].map { $0.lowercased() } }
    }

    private func secret(
        _ name: String,
        of body: CheckedBody,
        _ old: SealedText?
    ) throws(Failure) -> SealedText? {
        guard let text = body.filledText(name) else { return nil }
        guard text == Self.redacted else {
            guard text.utf8.count <= 4096 else { throw Self.wrong(name, "is longer than 4096 bytes") }
            return SealedText(text, self.keys)
        }
        guard let old else { throw Self.wrong(name, "must be given again, for it goes to another host") }
        return old
    }

    private func headers(
        _ body: CheckedBody,
        _ old: [String: SealedText]?
    ) throws(Failure) -> [String: SealedText] {
        let given = body.map("headers") ?? [:]
        guard given.count <= Self.headerLimit else { throw Self.wrong("headers", "has more than \(Self.headerLimit)") }
        var headers: [String: SealedText] = [:]
        for (name, value) in given {
            let name = name.lowercased()
            guard (1...128).contains(name.utf8.count), name.utf8.allSatisfy({ Self.isNameByte($0) && $0 != 0x2E }),
                !Self.ownHeaders.contains(name)
            else { throw Self.wrong("headers", "has \"\(name.prefix(50))\", which cannot be set") }
            guard value.utf8.count <= 4096, value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw Self.wrong("headers", "has a value of \(name.prefix(50)) that is too long, or not printable")
            }
            if value == Self.redacted {
                guard let kept = old?[name] else {
                    throw Self.wrong("headers", "needs the value of \(name) again, for it goes to another host")
                }
                headers[name] = kept
            } else {
                headers[name] = SealedText(value, self.keys, as: .header(name))
            }
        }
        return headers
    }

    /// What frames and names each request.
    private static let ownHeaders: Set<String> = [
        "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection",
        "portico-signature", "portico-events", "expect", "upgrade", "te", "trailer",
    ]
}
