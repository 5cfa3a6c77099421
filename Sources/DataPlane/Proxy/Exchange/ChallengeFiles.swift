package import Addressing
import NIOCore

/// The files that authorities ask for under `/.well-known/acme-challenge/`, before anybody else is asked. Empty but for
/// the seconds in which a certificate is ordered.
package struct ChallengeFiles: Sendable {
    private static let folder = "/.well-known/acme-challenge/"

    private let byHost: [HostName: [String: String]]

    package init(_ byHost: [HostName: [String: String]] = [:]) {
        self.byHost = byHost
    }

    var isEmpty: Bool { self.byHost.isEmpty }

    /// Nil for a request of anything else, which goes its way.
    func answer(to head: RequestHead, in bytes: ByteBuffer) -> LocalAnswer? {
        bytes.withUnsafeReadableBytes { raw in
            guard head.pathRange.count > Self.folder.utf8.count,
                raw[head.pathRange].starts(with: Self.folder.utf8),
                let name = head.hostNameRange.flatMap({ HostName(textBytes: raw[$0]) }),
                let files = self.byHost[name]
            else { return nil }
            let token = String(decoding: raw[head.pathRange].dropFirst(Self.folder.utf8.count), as: UTF8.self)
            guard let content = files[token] else { return nil }
            return LocalAnswer(
                status: 200,
                fields: [("Content-Type", "application/octet-stream"), ("Cache-Control", "no-store")],
                body: ByteBuffer(string: content)
            )
        }
    }
}
