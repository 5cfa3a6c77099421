package import NIOCore

/// The first lines of a request and of its response, as they passed by. Method, target and reason are the peers'
/// bytes: escape before showing.
package struct ObservedExchange: Sendable, Equatable {
    package let method: String
    /// Cut at 256 bytes.
    package let target: String
    package let status: Int
    package let reason: String
    /// From the request's first byte to the end of the response's head.
    package let duration: TimeAmount

    package init(method: String, target: String, status: Int, reason: String, duration: TimeAmount) {
        self.method = method
        self.target = target
        self.status = status
        self.reason = reason
        self.duration = duration
    }
}

/// A message as it passed by, or its beginning.
package struct TappedMessage: Sendable, Equatable {
    /// The head and what was kept behind it, as on the wire: a chunked body has its chunks.
    package let bytes: [UInt8]
    package let headBytes: Int
    /// How long the message is on the wire, or was when it broke off.
    package let wireBytes: Int

    package init(bytes: [UInt8], headBytes: Int, wireBytes: Int) {
        self.bytes = bytes
        self.headBytes = headBytes
        self.wireBytes = wireBytes
    }

    /// Whether all of it was kept.
    package var isWhole: Bool { self.bytes.count == self.wireBytes }

    package var head: MessageHead { MessageHead(self.bytes.prefix(self.headBytes)) }
}

/// A request and what came back, as they passed by.
package struct TappedExchange: Sendable, Equatable {
    package let request: TappedMessage
    /// nil: nothing came.
    package let response: TappedMessage?
    /// From the request's first byte to the response's last.
    package let duration: TimeAmount
    /// From the request's first byte to the end of the response's head; nil: nothing came.
    package let answeredAfter: TimeAmount?

    package init(
        request: TappedMessage,
        response: TappedMessage?,
        duration: TimeAmount,
        answeredAfter: TimeAmount? = nil
    ) {
        self.request = request
        self.response = response
        self.duration = duration
        self.answeredAfter = answeredAfter
    }
}
