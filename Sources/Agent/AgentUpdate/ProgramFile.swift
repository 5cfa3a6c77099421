import Crypto
import Foundation
import Model
import NIOCore
import Portico
import Synchronization

/// The program that is replaced. What is written lies beside it until it is whole, so that at every moment there is a
/// program that runs.
struct ProgramFile: Sendable {
    private let path: String
    private let mode: mode_t

    /// - Throws: `.updateNotInstalled` where there is no such file, or its folder cannot be written to.
    init(_ path: String) throws(PorticoError) {
        // A link stays a link; what it leads to is replaced.
        guard let resolved = realpath(path, nil) else { throw Self.failure("\(path.quotedForDisplay) is not there") }
        defer { free(resolved) }
        self.path = String(cString: resolved)
        var status = stat()
        guard stat(self.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Self.failure("\(self.path.quotedForDisplay) is no file")
        }
        self.mode = status.st_mode & 0o7777
        let folder = (self.path as NSString).deletingLastPathComponent
        guard access(folder, W_OK) == 0 else {
            throw Self.failure("the folder \(folder.quotedForDisplay) cannot be written to")
        }
    }

    /// Where the program that was replaced is kept.
    private var backup: String { "\(self.path).old" }

    func beginNew() throws(PorticoError) -> NewProgram {
        try NewProgram(at: "\(self.path).new-\(UInt64.random(in: .min ... .max))", mode: self.mode)
    }

    /// - Returns: the path of the program that was there before.
    func replace(with new: NewProgram) throws(PorticoError) -> String {
        // A second name for the old one, and then the new one in its place: both in one step each.
        unlink(self.backup)
        guard link(self.path, self.backup) == 0, rename(new.path, self.path) == 0 else {
            let reason = String(cString: strerror(errno)).lowercased()
            new.discard()
            throw Self.failure(reason)
        }
        return self.backup
    }

    static func failure(_ reason: String) -> PorticoError {
        PorticoError(.invalidConfiguration, .updateNotInstalled, "The program could not be replaced: \(reason).")
    }
}

/// A program that is being fetched.
final class NewProgram: Sendable {
    private struct State {
        var digest = SHA256()
        var size = 0
        var isOpen = true
    }

    let path: String
    private let mode: mode_t
    private let descriptor: Int32
    private let state = Mutex(State())

    init(at path: String, mode: mode_t) throws(PorticoError) {
        self.path = path
        self.mode = mode
        // Nobody runs it before it is known to be the right one.
        self.descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard self.descriptor >= 0 else { throw ProgramFile.failure(String(cString: strerror(errno)).lowercased()) }
    }

    deinit { self.close() }

    func write(_ piece: ByteBuffer) throws {
        try self.state.withLock { state in
            var written = 0
            try piece.withUnsafeReadableBytes { bytes in
                while written < bytes.count, let base = bytes.baseAddress {
                    let count = Foundation.write(self.descriptor, base + written, bytes.count - written)
                    guard count > 0 || errno == EINTR else {
                        throw ProgramFile.failure(String(cString: strerror(errno)).lowercased())
                    }
                    written += max(count, 0)
                }
                state.digest.update(bufferPointer: bytes)
            }
            state.size += piece.readableBytes
        }
    }

    /// - Throws: `.updateProgramWrong` where it is another one than was described.
    func finish(size: Int, digest: [UInt8]) throws {
        let (count, found) = self.state.withLock { ($0.size, Array($0.digest.finalize())) }
        guard count == size else {
            throw PorticoError(
                .protocolViolation,
                .updateProgramWrong,
                "The program that was fetched has \(count) bytes, and the release describes one of \(size)."
            )
        }
        guard found == digest else { throw PorticoError(.untrusted, .updateProgramWrong) }
        guard fchmod(self.descriptor, self.mode) == 0, fsync(self.descriptor) == 0 else {
            throw ProgramFile.failure(String(cString: strerror(errno)).lowercased())
        }
        self.close()
    }

    func discard() {
        self.close()
        unlink(self.path)
    }

    private func close() {
        self.state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            Foundation.close(self.descriptor)
        }
    }
}
