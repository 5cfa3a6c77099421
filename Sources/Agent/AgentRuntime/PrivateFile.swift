import Foundation

/// A file that only its owner may read, because it holds a secret.
package struct PrivateFile: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// The text; nil when there is no such file.
    ///
    /// - Throws: when it cannot be read, or is not UTF-8.
    package func read() throws -> String? {
        do {
            return try String(contentsOfFile: self.path, encoding: .utf8)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return nil
        }
    }

    /// Replaces the text in one step, so that no reader ever sees half of it, and makes the folders above where they
    /// are missing. A symbolic link stays, and the file that it names is replaced.
    package func replace(with text: String) throws {
        let target = URL(fileURLWithPath: self.path).resolvingSymlinksInPath()
        let folder = target.deletingLastPathComponent()
        let manager = FileManager.default
        try manager.createDirectory(
            at: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let draft = folder.appendingPathComponent(".\(target.lastPathComponent).\(UUID().uuidString)")
        // Made without its text first: at no moment can another user read the token.
        guard manager.createFile(atPath: draft.path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteNoPermission, userInfo: [NSFilePathErrorKey: folder.path])
        }
        do {
            let handle = try FileHandle(forWritingTo: draft)
            try handle.write(contentsOf: Data(text.utf8))
            try handle.synchronize()
            try handle.close()
            guard rename(draft.path, target.path) == 0 else {
                throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: target.path])
            }
        } catch {
            // The error that stopped us is the one to tell of; a draft left behind harms nobody.
            try? manager.removeItem(at: draft)
            throw error
        }
    }
}
