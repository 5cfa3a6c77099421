#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// Why a file with secrets was not read or written.
package enum PrivateFileError: Error, Hashable, Sendable {
    case missing(path: String)
    case exists(path: String)
    /// Others than its owner may read or change it.
    case exposed(path: String, mode: UInt32)
    /// Larger than such a file ever is.
    case tooLarge(path: String)
    /// What the operating system said.
    case system(path: String, doing: String, errno: Int32)
}

extension PrivateFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let path): "\(path): there is no such file"
        case .exists(let path): "\(path): the file is there already"
        case .exposed(let path, let mode):
            "\(path): others may read or change it (mode \(String(mode, radix: 8))); run: chmod go= \(path)"
        case .tooLarge(let path): "\(path): the file is too large"
        case .system(let path, let doing, let errno): "\(path): \(doing): \(String(cString: strerror(errno)))"
        }
    }
}

/// A file that only its owner may read: keys and certificates.
package struct PrivateFile: Sendable {
    /// The largest file that is read: far above a certificate chain.
    private static let limit = 1 << 20

    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    /// - Throws: `.missing`, or `.exposed` when its group or others may read or change it.
    package func check() throws(PrivateFileError) {
        let descriptor = try self.openForReading()
        close(descriptor)
    }

    /// The whole file.
    ///
    /// - Throws: `.exposed` when its group or others may read or change it.
    package func contents() throws(PrivateFileError) -> [UInt8] {
        let descriptor = try self.openForReading()
        defer { close(descriptor) }
        return try self.readAll(descriptor)
    }

    /// The file, open, and not readable by others.
    private func openForReading() throws(PrivateFileError) -> Int32 {
        let descriptor = open(self.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw errno == ENOENT ? .missing(path: self.path) : self.failure("open") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let failure = self.failure("stat")
            close(descriptor)
            throw failure
        }
        let mode = UInt32(status.st_mode) & 0o777
        guard mode & 0o077 == 0 else {
            close(descriptor)
            throw .exposed(path: self.path, mode: mode)
        }
        return descriptor
    }

    private func readAll(_ descriptor: Int32) throws(PrivateFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = chunk.withUnsafeMutableBytes { self.readSome($0, from: descriptor) }
            guard count >= 0 else { throw self.failure("read") }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= Self.limit else { throw .tooLarge(path: self.path) }
        }
    }

    private func readSome(_ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32) -> Int {
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 || errno != EINTR { return count }
        }
    }

    /// Makes the file with mode 0600.
    ///
    /// - Throws: `.exists` when there is one; it stays as it is.
    package func create(_ bytes: [UInt8]) throws(PrivateFileError) {
        try self.put(bytes, at: self.path)
        try self.syncFolder()
    }

    /// Puts `bytes` in the place of the file, or makes it. Whoever reads meanwhile, even after a power loss, finds the
    /// old file or the new one, never half of one.
    package func replace(with bytes: [UInt8]) throws(PrivateFileError) {
        let draft = "\(self.path).\(UInt64.random(in: .min ... .max)).new"
        try self.put(bytes, at: draft)
        guard rename(draft, self.path) == 0 else {
            let failure = self.failure("rename")
            unlink(draft)
            throw failure
        }
        try self.syncFolder()
    }

    private func put(_ bytes: [UInt8], at path: String) throws(PrivateFileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw errno == EEXIST ? .exists(path: path) : self.failure("create") }
        defer { close(descriptor) }
        let isWritten = bytes.withUnsafeBytes { self.writeAll($0, to: descriptor) }
        guard isWritten, fsync(descriptor) == 0 else {
            let failure = self.failure("write")
            unlink(path)
            throw failure
        }
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = write(descriptor, part.baseAddress, part.count)
            if count < 0, errno != EINTR { return false }
            rest = rest.dropFirst(max(count, 0))
        }
        return true
    }

    /// A new name in a folder lives through a power loss only once the folder itself is on the disk.
    private func syncFolder() throws(PrivateFileError) {
        let slash = self.path.lastIndex(of: "/")
        let folder = slash.map { $0 == self.path.startIndex ? "/" : String(self.path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw self.failure("open the folder of") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw self.failure("sync the folder of") }
    }

    private func failure(_ doing: String) -> PrivateFileError {
        .system(path: self.path, doing: doing, errno: errno)
    }
}

/// A folder that only its owner may enter.
package struct PrivateFolder: Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    /// Makes the folder, and those above it, with mode 0700, unless it is there.
    ///
    /// - Throws: `.exposed` when it is there and its group or others may read or enter it.
    package func create() throws(PrivateFileError) {
        var slash = self.path.dropFirst().firstIndex(of: "/")
        while let end = slash {
            _ = mkdir(String(self.path[..<end]), 0o700)
            slash = self.path[end...].dropFirst().firstIndex(of: "/")
        }
        guard mkdir(self.path, 0o700) == 0 || errno == EEXIST else {
            throw .system(path: self.path, doing: "make the folder", errno: errno)
        }
        try self.check()
    }

    /// - Throws: `.missing` or `.exposed`; `.system` also when it is no folder.
    package func check() throws(PrivateFileError) {
        var status = stat()
        guard stat(self.path, &status) == 0 else {
            throw errno == ENOENT
                ? .missing(path: self.path) : .system(path: self.path, doing: "stat", errno: errno)
        }
        guard UInt32(status.st_mode) & UInt32(S_IFMT) == UInt32(S_IFDIR) else {
            throw .system(path: self.path, doing: "enter", errno: ENOTDIR)
        }
        let mode = UInt32(status.st_mode) & 0o777
        guard mode & 0o077 == 0 else { throw .exposed(path: self.path, mode: mode) }
    }
}
