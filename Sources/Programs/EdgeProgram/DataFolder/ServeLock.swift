#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Model

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

    deinit {
        close(self.descriptor)
    }
}
