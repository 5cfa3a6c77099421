internal import Foundation

/// A file that lines are appended to, put aside when it is large. One task writes.
///
/// Who moves the file away, as log rotation of the system does, need not tell: the next batch finds that the path leads
/// elsewhere, and begins a new one there.
package final class RotatedFile {
    private let path: String
    private let limit: Int
    private let kept: Int
    private var file: FileHandle
    private var size: UInt64
    private var identity: [Int]?

    /// - Parameters:
    ///   - path: where it is, in a folder that is there.
    ///   - limit: the size in bytes from which on it is put aside.
    ///   - kept: how many are kept so.
    /// - Throws: where the file cannot be opened.
    package init(_ path: String, limit: Int, kept: Int) throws {
        self.path = path
        self.limit = limit
        self.kept = kept
        (self.file, self.size) = try Self.open(path)
        self.identity = Self.identity(of: path)
    }

    /// Only its owner may read it: it says who has visited what.
    private static func open(_ path: String) throws -> (FileHandle, UInt64) {
        let descriptor = Foundation.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        return (file, try file.seekToEnd())
    }

    /// Appends lines, each with its end. Where `isSafe`, they are on the disk when this returns.
    package func append(_ text: String, isSafe: Bool = false) throws {
        if self.hasMoved { try self.reopen() }
        let bytes = Data(text.utf8)
        try self.file.write(contentsOf: bytes)
        self.size += UInt64(bytes.count)
        if isSafe { try self.file.synchronize() }
        if self.size >= UInt64(self.limit) { try self.putAside() }
    }

    /// Whether the path leads elsewhere, or nowhere.
    private var hasMoved: Bool { Self.identity(of: self.path) != self.identity }

    /// What tells one file from another; nil where there is none.
    private static func identity(of path: String) -> [Int]? {
        let facts = try? FileManager.default.attributesOfItem(atPath: path)
        guard let number = facts?[.systemFileNumber] as? Int, let system = facts?[.systemNumber] as? Int else {
            return nil
        }
        return [system, number]
    }

    private func reopen() throws {
        (self.file, self.size) = try Self.open(self.path)
        self.identity = Self.identity(of: self.path)
    }

    private func putAside() throws {
        if self.kept == 0 {
            unlink(self.path)
        } else {
            for number in stride(from: self.kept, to: 1, by: -1) {
                // Those that are not there yet cannot be moved.
                rename("\(self.path).\(number - 1)", "\(self.path).\(number)")
            }
            rename(self.path, "\(self.path).1")
        }
        try self.reopen()
    }
}
