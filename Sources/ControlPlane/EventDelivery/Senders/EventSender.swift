package import Addressing
package import Model

/// Brings events to one destination.
package protocol EventSender: Sendable {
    /// Returns when the destination has taken all of them.
    func send(_ events: [SpooledEvent]) async throws(DeliveryError)
    /// Lets go of what is kept between two calls.
    func close() async
}

extension EventSender {
    package func close() async {}
}

/// Why events did not arrive.
package enum DeliveryError: Error, Sendable, Hashable {
    /// They may later: the destination is away, or full, or does not accept who sends.
    case failed(String)
    /// The destination does not take these as they are, and will not later.
    case refused(String)

    package var text: String {
        switch self {
        case .failed(let text), .refused(let text): text
        }
    }
}

/// What is sent over HTTP.
package struct EventPost: Sendable {
    package var url: String
    /// Names in small letters.
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]
    /// Whose destination it is.
    package var account: ResourceID<AccountKind>
}

/// What came back.
package struct EventAnswer: Sendable {
    package let status: Int
    package let bytes: [UInt8]

    package init(status: Int, bytes: [UInt8]) {
        self.status = status
        self.bytes = bytes
    }

    package var text: String { String(decoding: self.bytes, as: UTF8.self) }

    /// What people may be shown of it.
    package var body: String {
        let text = String(decoding: self.bytes.prefix(200), as: UTF8.self)
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    }
}

/// What the senders ask of the world outside. Wherever they connect to, the address is checked first.
package protocol EventTransport: Sendable {
    /// - Throws: `.failed` where there is no answer.
    func post(_ post: EventPost) async throws(DeliveryError) -> EventAnswer
    /// The addresses of a host that may be connected to; never none.
    ///
    /// - Throws: `.failed` where there is none, or one that may not.
    func addresses(of host: String, port: UInt16) async throws(DeliveryError) -> [IPAddress]
    /// Whether an address may be connected to that somebody else has looked up.
    func permits(_ address: IPAddress) -> Bool
    /// Authorities that are trusted beside those of the system, as PEM; empty for none.
    var authorities: String { get }
}

extension EventAnswer {
    /// - Throws: where it says that the events were not taken.
    func check(_ who: String) throws(DeliveryError) {
        guard !(200..<300).contains(self.status) else { return }
        let said = self.body.isEmpty ? "" : ": \(self.body.prefix(200))"
        let text = "\(who) answered \(self.status)\(said)"
        throw [400, 413, 422].contains(self.status) ? .refused(text) : .failed(text)
    }
}
