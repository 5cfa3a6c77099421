internal import Addressing
internal import CKafka
internal import Foundation
package import Model
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Sends events to a topic of Kafka, each a message whose key is the account. A batch has arrived when all brokers that hold
/// the topic have it.
package actor KafkaSender: EventSender {
    package struct Target: Sendable {
        /// `host:port`, several with commas between them.
        package var brokers: String
        package var topic: String
        package var isSecure: Bool
        /// For SASL/PLAIN; empty for none.
        package var user: String
        package var password: Secret?

        package init(brokers: String, topic: String, isSecure: Bool = false, user: String = "", password: Secret? = nil)
        {
            self.brokers = brokers
            self.topic = topic
            self.isSecure = isSecure
            self.user = user
            self.password = password
        }
    }

    private static let problemBytes = 512
    /// The library's calls wait for brokers.
    private static let threads = {
        let threads = NIOThreadPool(numberOfThreads: 4)
        threads.start()
        return threads
    }()

    private let target: Target
    private let account: String
    private let transport: any EventTransport
    private var producer: Producer?

    package init(_ target: Target, account: ResourceID<AccountKind>, transport: any EventTransport) {
        self.target = target
        self.account = account.text
        self.transport = transport
    }

    /// Why the library cannot be used; nil where it can.
    package static func problem() -> String? { ckafka_load().map { String(cString: $0) } }

    package func send(_ events: [SpooledEvent]) async throws(DeliveryError) {
        let producer: Producer
        if let open = self.producer { producer = open } else { producer = try self.open() }
        self.producer = producer
        let lines = events.map(\.line)
        let (topic, key) = (self.target.topic, self.account)
        let outcome: (code: Int32, problem: String)
        do {
            outcome = try await Self.threads.runIfActive { producer.send(lines, to: topic, key: key) }
        } catch {
            throw .failed("the edge is ending")
        }
        switch outcome.code {
        case 0: break
        case 2: throw .refused("Kafka does not take it: \(outcome.problem)")
        default: throw .failed("Kafka: \(outcome.problem)")
        }
    }

    package func close() async {
        // Its end waits for threads of the library.
        guard let producer = self.producer else { return }
        self.producer = nil
        try? await Self.threads.runIfActive { producer.close() }
    }

    private func open() throws(DeliveryError) -> Producer {
        if let problem = Self.problem() { throw .failed("librdkafka is not there: \(problem)") }
        var settings = [
            ("bootstrap.servers", self.target.brokers), ("client.id", "portico-edge"), ("acks", "all"),
            ("message.timeout.ms", "15000"), ("socket.connection.setup.timeout.ms", "5000"),
            // In order, and nothing else is under way beside a batch.
            ("max.in.flight.requests.per.connection", "1"), ("linger.ms", "5"), ("compression.codec", "none"),
            ("message.max.bytes", "\(SpoolFrame.largest + 4096)"),
        ]
        let isSASL = !self.target.user.isEmpty
        let protocols = self.target.isSecure ? ("ssl", "sasl_ssl") : ("plaintext", "sasl_plaintext")
        settings.append(("security.protocol", isSASL ? protocols.1 : protocols.0))
        if isSASL {
            settings += [
                ("sasl.mechanisms", "PLAIN"), ("sasl.username", self.target.user),
                ("sasl.password", self.target.password?.reveal() ?? ""),
            ]
        }
        if self.target.isSecure, !self.transport.authorities.isEmpty {
            settings.append(("ssl.ca.pem", self.transport.authorities))
        }
        return try Producer(settings, transport: self.transport)
    }

    /// The library's producer.
    ///
    /// `@unchecked`: the pointer is used by one call at a time, for the sender is busy until the one before is over, and the
    /// library's own threads touch nothing of ours but `Guard`, which does not change.
    private final class Producer: @unchecked Sendable {
        /// What the library is lent for its look at addresses.
        private final class Guard: Sendable {
            let transport: any EventTransport

            init(_ transport: any EventTransport) {
                self.transport = transport
            }
        }

        private var handle: OpaquePointer?
        private let guardian: Guard

        init(_ settings: [(String, String)], transport: any EventTransport) throws(DeliveryError) {
            self.guardian = Guard(transport)
            var problem = [CChar](repeating: 0, count: KafkaSender.problemBytes)
            let names = CStrings(settings.map(\.0))
            let values = CStrings(settings.map(\.1))
            self.handle = ckafka_open(
                names.pointers,
                values.pointers,
                Int32(settings.count),
                { context, address, length in
                    guard let context, let address else { return 0 }
                    // Lives as long as the producer, which calls this.
                    let guardian = Unmanaged<Guard>.fromOpaque(context).takeUnretainedValue()
                    let bytes = UnsafeRawBufferPointer(start: address, count: Int(length))
                    return SocketBytes.address(bytes).map(guardian.transport.permits) == true ? 1 : 0
                },
                Unmanaged.passUnretained(self.guardian).toOpaque(),
                &problem,
                problem.count
            )
            guard self.handle != nil else { throw .failed("Kafka: \(String(fromC: problem))") }
        }

        func send(_ lines: [String], to topic: String, key: String) -> (code: Int32, problem: String) {
            guard let handle = self.handle else { return (1, "the producer is closed") }
            var problem = [CChar](repeating: 0, count: KafkaSender.problemBytes)
            let keys = CStrings(lines.map { _ in key })
            let bodies = CStrings(lines)
            let lengths = lines.map(\.utf8.count)
            let code = ckafka_send(
                handle,
                topic,
                keys.pointers,
                bodies.pointers,
                lengths,
                Int32(lines.count),
                &problem,
                problem.count
            )
            return (code, code == 0 ? "" : String(fromC: problem))
        }

        func close() {
            guard let handle = self.handle else { return }
            self.handle = nil
            ckafka_close(handle)
        }

        deinit {
            if let handle = self.handle { ckafka_close(handle) }
        }
    }
}

/// Texts as C has them, as long as this lives.
private final class CStrings {
    private let copies: [UnsafeMutablePointer<CChar>?]
    let pointers: [UnsafePointer<CChar>?]

    init(_ texts: [String]) {
        self.copies = texts.map { strdup($0) }
        self.pointers = self.copies.map { $0.map { UnsafePointer($0) } }
    }

    deinit {
        for copy in self.copies { free(copy) }
    }
}

extension String {
    fileprivate init(fromC bytes: [CChar]) {
        self.init(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Socket addresses of the system.
enum SocketBytes {
    /// The IP address in a `sockaddr`; nil for one of another family.
    static func address(_ bytes: UnsafeRawBufferPointer) -> IPAddress? {
        guard bytes.count >= 2 else { return nil }
        let family = Int32(bytes.loadUnaligned(fromByteOffset: 0, as: sa_family_t.self))
        // Family and port come first; IPv6 has flow information before the address (RFC 3493 §3.2, §3.3).
        return switch family {
        case AF_INET where bytes.count >= 8: IPAddress(octets: bytes.dropFirst(4).prefix(4))
        case AF_INET6 where bytes.count >= 24: IPAddress(octets: bytes.dropFirst(8).prefix(16))
        default: nil
        }
    }
}
