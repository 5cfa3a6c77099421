import AgentProtocol
package import Model

/// Why an agent could not do what it was asked: what happened, in words for the one who runs it, and what to do.
public struct PorticoError: Error, Sendable, Hashable {
    /// Whose fault it is and whether trying again can help.
    public enum Kind: Sendable, Hashable {
        /// What the caller gave cannot be used: an address, a file, a combination of options.
        case invalidConfiguration
        /// The edge cannot be reached: its name was not found, it refused the connection, or it did not answer in time.
        case unreachable
        /// The edge was reached but showed a certificate that the configured roots do not vouch for.
        case untrusted
        /// The edge refuses this agent: its authtoken or its version.
        case sessionRefused
        /// The edge refuses this endpoint: its URL is taken, reserved or malformed.
        case endpointRefused
        /// What answered is no Portico edge, or broke the protocol.
        case protocolViolation
        /// The session ended while the call was under way; the agent connects again by itself.
        case disconnected
        /// The agent or the endpoint has been closed.
        case closed
    }

    public let kind: Kind
    /// `ERR_PORTICO_n`, or `ERR_NGROK_n` as the edge told it; nil when there is none.
    public let code: String?
    /// What happened, to what: one or more sentences.
    public let message: String
    /// What the reader can do about it; nil when the message says it.
    public let remedy: String?

    package init(_ kind: Kind, code: String? = nil, _ message: String, remedy: String? = nil) {
        self.kind = kind
        self.code = code
        self.message = message
        self.remedy = remedy
    }
}

extension PorticoError {
    /// An error of the catalogue.
    ///
    /// - Parameters:
    ///   - kind: whose fault it is.
    ///   - code: with its own remedy.
    ///   - message: what happened; nil for what the code stands for.
    package init(_ kind: Kind, _ code: ErrorCode, _ message: String? = nil) {
        self.init(kind, code: code.name, message ?? code.meaning, remedy: code.remedy)
    }

    /// What the edge answered. The message is its own; what to do is told where the catalogue knows the code.
    init(_ kind: Kind, told text: ErrorText) {
        let known = text.number.flatMap { number in ErrorCode.all.first { $0.number == number } }
        let message = text.message.isEmpty ? known?.meaning ?? "The edge refused." : text.message
        self.init(kind, code: text.code, message, remedy: known?.remedy)
    }
}

extension PorticoError: CustomStringConvertible {
    /// Message, remedy and code on one line.
    public var description: String {
        var text = self.message
        if let last = text.last, !".!?".contains(last) { text += "." }
        if let remedy { text += " " + remedy }
        if let code { text += " (\(code))" }
        // Half of it is the edge's words: nothing in them moves a cursor or begins a line.
        return text.unicodeScalars.map { $0 == "\n" ? " " : $0.escapedForDisplay }.joined()
    }
}
