import Foundation
import Logging
import Synchronization

/// What was secret, and what was written down.
final class ScannedSecrets: Sendable {
    private let secrets = Mutex<Set<String>>([])
    private let lines = Mutex<[String]>([])

    /// A text that nobody else has; a secret from now on.
    func make(_ name: String) -> String {
        let text = "canary-\(name)-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        self.add(text)
        return text
    }

    func add(_ secret: String) { _ = self.secrets.withLock { $0.insert(secret) } }

    /// A private key is sought by what is in it: its longest line.
    func add(key: String) {
        let line = key.split(separator: "\n").filter { !$0.hasPrefix("-----") }.max { $0.count < $1.count }
        if let line { self.add(String(line)) }
    }

    func write(_ line: String) { self.lines.withLock { $0.append(line) } }

    var logged: String { self.lines.withLock { $0.joined(separator: "\n") } }
    var all: Set<String> { self.secrets.withLock { $0 } }

    /// The secrets that stand in `bytes`, as they are, in base64 wherever it begins, or in hexadecimal digits.
    func secrets(in bytes: Data) -> [String] {
        self.all.filter { secret in
            let data = Data(secret.utf8)
            let forms =
                [data, Data(data.map { String(format: "%02x", $0) }.joined().utf8)]
                + (0..<3).map { shift in
                    // Its ends depend on what stands around it.
                    let text = (Data(count: shift) + data).base64EncodedString()
                    return Data(text.dropFirst(4).dropLast(8).utf8)
                }
            return forms.contains { bytes.range(of: $0) != nil }
        }.sorted()
    }
}

/// Takes down what is logged.
struct ScannedLog: LogHandler {
    let found: ScannedSecrets
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        self.found.write("\(event.message) \(self.metadata) \(event.metadata ?? [:])")
    }
}
