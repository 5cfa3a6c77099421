package import AgentRuntime
import Crypto
import Foundation
import Model
import NIOCore
package import Portico

/// Looks for a newer release, and puts it in the place of this program (docs/decisions/0422-updates-are-signed.md).
package struct Updater: Sendable {
    /// What is wanted.
    package struct Wish: Sendable {
        package var channel = UpdateChannel.stable
        /// A release by its version; nil for the newest of the channel.
        package var version: String?
        /// Whether an older release, or the one that runs, may be installed.
        package var allowsOlder = false
        /// Whether a release may be installed whose first number is another one.
        package var allowsMajor = true

        package init() {}
    }

    package enum Outcome: Sendable, Equatable {
        /// There is nothing newer than this.
        case current(String)
        /// This was installed; the program that was there before is beside it.
        case installed(String, backup: String)
    }

    /// What the signature is over, ahead of the description: a signature of the same key over anything else is none.
    static let context = "portico release 1\n"
    private static let mostManifestBytes = 1 << 20

    private let source: UpdatePlan.Source
    private let key: Curve25519.Signing.PublicKey
    private let running: Version
    private let runningText: String

    /// - Parameters:
    ///   - source: of the configuration; nil where it names none.
    ///   - running: the version of this program.
    /// - Throws: `.updateAddressMissing`, `.updateSignatureInvalid` for a key that is none.
    package init(_ source: UpdatePlan.Source?, running: String = Agent.version) throws(PorticoError) {
        guard let source else { throw PorticoError(.invalidConfiguration, .updateAddressMissing) }
        guard let bytes = Data(base64Encoded: source.key), bytes.count == 32,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else {
            throw PorticoError(
                .invalidConfiguration,
                .updateSignatureInvalid,
                "update_key is no Ed25519 public key: 32 bytes in Base64."
            )
        }
        guard let version = Version(running) else {
            throw PorticoError(.invalidConfiguration, .updateManifestInvalid, "This program has no version to compare.")
        }
        self.source = source
        self.key = key
        self.running = version
        self.runningText = running
    }

    /// The version of the newest release that could be installed; nil where the one that runs is as new.
    package func newest(of channel: UpdateChannel) async throws -> String? {
        var wish = Wish()
        wish.channel = channel
        let manifest = try await self.manifest(wish)
        return manifest.version > self.running ? manifest.versionText : nil
    }

    /// Installs a release.
    ///
    /// - Parameters:
    ///   - wish: which.
    ///   - path: of the program that is replaced.
    /// - Returns: what was done.
    /// - Throws: `PorticoError`; the program is then what it was.
    package func install(_ wish: Wish, over path: String) async throws -> Outcome {
        let manifest = try await self.manifest(wish)
        guard wish.allowsOlder || manifest.version != self.running else { return .current(self.runningText) }
        guard wish.allowsOlder || manifest.version > self.running else {
            throw PorticoError(
                .invalidConfiguration,
                .updateDowngrade,
                "The release \(manifest.versionText) is older than \(self.runningText), which runs."
            )
        }
        guard wish.allowsMajor || manifest.version.major == self.running.major else {
            throw PorticoError(
                .invalidConfiguration,
                .updateDowngrade,
                "The release \(manifest.versionText) has another first number than \(self.runningText), which runs, and that was not permitted."
            )
        }
        let program = try manifest.program()
        let target = try ProgramFile(path)
        let new = try await self.fetch(program, to: target)
        return .installed(manifest.versionText, backup: try target.replace(with: new))
    }

    // MARK: - Fetching

    private var folder: String { self.source.url.hasSuffix("/") ? self.source.url : self.source.url + "/" }

    private func download(limit: Int) throws(PorticoError) -> WebDownload {
        var download = WebDownload(limit: limit)
        download.allowsClear = false
        download.roots = try self.source.trust.roots(.updateUnreachable)
        return download
    }

    private func manifest(_ wish: Wish) async throws(PorticoError) -> ReleaseManifest {
        let name = wish.version.map { "v\($0)" } ?? wish.channel.rawValue
        if let version = wish.version, Version(version) == nil {
            throw PorticoError(
                .invalidConfiguration,
                .updateManifestInvalid,
                "\(version.quotedForDisplay) is no version, as 1.2.3 is."
            )
        }
        let url = "\(self.folder)\(name).json"
        let bytes: ByteBuffer
        let signature: ByteBuffer
        let (manifests, signatures) = try (self.download(limit: Self.mostManifestBytes), self.download(limit: 1024))
        do throws(WebDownload.Problem) {
            bytes = try await manifests.bytes(of: url)
            signature = try await signatures.bytes(of: "\(url).sig")
        } catch {
            throw self.unreachable(url, error)
        }
        let text = Array(bytes.readableBytesView)
        try self.verify(text, String(buffer: signature))
        let manifest = try ReleaseManifest(text)
        // The description of another channel, or of an older release, is as well signed.
        guard wish.version == nil ? manifest.channel == wish.channel.rawValue : manifest.versionText == wish.version
        else { throw ReleaseManifest.invalid("it is that of another release") }
        return manifest
    }

    private func verify(_ manifest: [UInt8], _ signature: String) throws(PorticoError) {
        let bytes = Data(base64Encoded: signature.trimmingCharacters(in: .whitespacesAndNewlines))
        guard let bytes, self.key.isValidSignature(bytes, for: Data(Self.context.utf8 + manifest)) else {
            throw PorticoError(.untrusted, .updateSignatureInvalid)
        }
    }

    /// Fetches the program beside the one that is replaced.
    private func fetch(_ program: ReleaseManifest.Program, to target: ProgramFile) async throws -> NewProgram {
        guard let url = URL(string: program.url, relativeTo: URL(string: self.folder))?.absoluteString else {
            throw ReleaseManifest.invalid("its program has no URL")
        }
        var download = try self.download(limit: program.size)
        download.patience = .seconds(600)
        let new = try target.beginNew()
        do {
            try await download.fetch(url) { try new.write($0) }
            try new.finish(size: program.size, digest: program.digest)
            return new
        } catch {
            new.discard()
            throw (error as? WebDownload.Problem).map { self.unreachable(url, $0) } ?? error
        }
    }

    private func unreachable(_ url: String, _ problem: WebDownload.Problem) -> PorticoError {
        PorticoError(
            .unreachable,
            .updateUnreachable,
            "\(url.quotedForDisplay) cannot be fetched: \(problem.description)."
        )
    }
}
