/// What an upstream is told about the visitor, prepared once for each connection.
package final class ForwardedFields: Sendable {
    /// The visitor's address as text.
    let address: [UInt8]
    /// `http` or `https`.
    let proto: [UInt8]
    /// The lines for a request that brought none: most of them.
    let lines: [UInt8]

    /// Whether anything is told.
    var isEmpty: Bool { self.lines.isEmpty }

    /// For a request that goes on inside the edge: the first endpoint has told what there is to tell.
    static let none = ForwardedFields()

    private init() {
        self.address = []
        self.proto = []
        self.lines = []
    }

    /// - Parameters:
    ///   - address: the visitor's IP address as text, without port and brackets.
    ///   - proto: the scheme that the visitor used, `http` or `https`.
    package init(address: some Collection<UInt8>, proto: StaticString) {
        self.address = Array(address)
        self.proto = proto.withUTF8Buffer(Array.init)
        self.lines =
            Array("X-Forwarded-For: ".utf8) + self.address + Array("\r\nX-Forwarded-Proto: ".utf8) + self.proto
            + Array("\r\n".utf8)
    }
}
