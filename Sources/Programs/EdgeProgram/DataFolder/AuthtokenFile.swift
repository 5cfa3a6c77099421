import Foundation
package import Model
import Secrets

/// A file that a new authtoken is written to, so that scripts need not read it from the terminal.
package struct AuthtokenFile: Sendable {
    package let path: String

    /// - Throws: when the file is there already, or its folder isn't: better now than when the token exists.
    package init(_ path: String) throws(Failure) {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: folder) else {
            throw Failure(.dataFolderUnusable, "There is no folder \(folder) for the authtoken file")
        }
        guard !FileManager.default.fileExists(atPath: path) else {
            throw Failure(.dataFolderInUse, "The authtoken file \(path) is there already, and was left as it is")
        }
        self.path = path
    }

    /// Writes the token on a line of its own, for its owner alone (mode 0600).
    package func write(_ token: Secret) throws(Failure) {
        do throws(PrivateFileError) {
            try PrivateFile(self.path).create(Array("\(token.reveal())\n".utf8))
        } catch {
            throw Failure(
                .dataFolderUnusable,
                "The authtoken was made but not written: \(error). Make another with 'portico-edge authtoken create'",
                cause: error
            )
        }
    }
}
