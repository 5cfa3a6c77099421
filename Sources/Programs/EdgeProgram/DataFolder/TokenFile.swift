import Foundation
package import Model
import Secrets

/// A file that a new token is written to, so that scripts need not read it from the terminal.
package struct TokenFile: Sendable {
    /// What the token is, and the command that makes another.
    package enum Kind: String, Sendable {
        case authtoken
        case apiKey = "API key"

        fileprivate var command: String {
            switch self {
            case .authtoken: "portico-edge token create"
            case .apiKey: "portico-edge api-key create"
            }
        }
    }

    package let path: String
    private let kind: Kind

    /// - Throws: when the file is there already, or its folder isn't: better now than when the token exists.
    package init(_ path: String, for kind: Kind = .authtoken) throws(Failure) {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: folder) else {
            throw Failure(.dataFolderUnusable, "There is no folder \(folder) for the file of the \(kind.rawValue)")
        }
        guard !FileManager.default.fileExists(atPath: path) else {
            throw Failure(.dataFolderInUse, "\(path) is there already, and was left as it is")
        }
        self.path = path
        self.kind = kind
    }

    /// Writes the token on a line of its own, for its owner alone (mode 0600).
    package func write(_ token: Secret) throws(Failure) {
        do throws(PrivateFileError) {
            try PrivateFile(self.path).create(Array("\(token.reveal())\n".utf8))
        } catch {
            throw Failure(
                .dataFolderUnusable,
                "The \(self.kind.rawValue) was made but not written: \(error). Make another with '\(self.kind.command)'",
                cause: error
            )
        }
    }
}
