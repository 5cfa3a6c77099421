import Addressing
import EdgeLink
import Model

/// What the user sees of a session: text, in the channel that the client shows it from.
final class SSHScreen {
    /// Ctrl-C, as a terminal sends it whose keys are not looked at on the other side.
    static let interrupt = UInt8(0x03)

    let channel: SSHChannel
    /// Whether line ends are the terminal's business to be told of.
    let isTerminal: Bool
    var hasCommand = false

    init(_ channel: SSHChannel, isTerminal: Bool) {
        self.channel = channel
        self.isTerminal = isTerminal
    }

    func show(_ text: String) {
        self.write(text, asError: false)
    }

    /// The endpoint is online.
    func serve(_ url: EndpointURL, _ grant: SessionGrant?) {
        var lines = [("Account", grant?.accountName ?? ""), ("Region", grant?.region ?? ""), ("URL", "\(url)")]
        if let banner = grant?.banner, !banner.isEmpty { lines.insert(("Note", banner), at: 0) }
        let text = lines.map { $0.0.padding(to: 10) + Self.printable($0.1) }.joined(separator: "\n")
        self.show("Portico (Ctrl-C ends)\n\n\(text)\n")
    }

    /// The session cannot go on.
    func end(_ failure: Failure) {
        self.write("\(failure.code.name): \(Self.printable(failure.message))\n\(failure.code.remedy)\n", asError: true)
        self.close(status: 1)
    }

    /// The client's command ends.
    func close(status: Int) {
        self.channel.sendExitStatus(status)
        self.channel.close()
    }

    private func write(_ text: String, asError: Bool) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.joined(separator: self.isTerminal ? "\r\n" : "\n")
        // What a client without a window does not take of a few lines is lost on it.
        _ = Array(text.utf8).withUnsafeBytes { self.channel.write($0, asError: asError) }
    }

    /// Text of others, fit for a terminal.
    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value > 0x1F && $0.value != 0x7F }))
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - self.count))
    }
}
