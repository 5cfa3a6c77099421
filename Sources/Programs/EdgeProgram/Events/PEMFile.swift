import Foundation
import Model

/// A file of certificates that a setting names.
enum PEMFile {
    /// - Throws: `configurationInvalid` where it cannot be read.
    static func contents(of path: String, setting: String) throws(Failure) -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw Failure(
                .configurationInvalid,
                "\(setting): the file \(path) cannot be read.",
                detail: "\(error)",
                cause: error
            )
        }
    }
}
