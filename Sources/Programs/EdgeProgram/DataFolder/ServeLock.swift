#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Model
import Secrets

/// Keeps a second process from serving, or setting up, the same data folder.
///
/// The kernel takes the lock back when the process ends, however it ends.
final class ServeLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `dataFolderInUse` when another process has it.
    init(_ folder: DataFolder) throws(Failure) {
        let descriptor = open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw Failure(.dataFolderUnusable, "\(folder.lock) cannot be opened: \(reason)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Failure(.dataFolderInUse, "Another process serves the data folder \(folder.path)")
        }
        self.descriptor = descriptor
    }

    /// Writes down with which key this process seals, for those who change keys beside it.
    func note(sealingKey id: UInt32) {
        let text = Array("sealing key \(id)\n".utf8)
        // Who reads another text, or none, takes it for another key.
        guard ftruncate(self.descriptor, 0) == 0 else { return }
        _ = text.withUnsafeBytes { pwrite(self.descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// Whether a process serves the folder that seals with another key than this one.
    static func isServed(_ folder: DataFolder, withOtherKeyThan id: UInt32) -> Bool {
        do throws(Failure) {
            _ = try ServeLock(folder)
            return false
        } catch {
            guard error.code == .dataFolderInUse else { return false }
        }
        // Nothing that can be read is as good as another key.
        guard let bytes = try? PrivateFile(folder.lock).contents() else { return true }
        return String(decoding: bytes, as: UTF8.self) != "sealing key \(id)\n"
    }

    deinit {
        close(self.descriptor)
    }
}
