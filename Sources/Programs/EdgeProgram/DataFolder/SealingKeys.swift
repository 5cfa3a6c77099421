import Foundation
package import Model
package import Secrets

/// The sealing keys of an edge, where its configuration says that they are.
package struct SealingKeys: Sendable {
    private let source: SealingConfiguration.Source
    private let folder: DataFolder

    package init(_ configuration: EdgeProgramConfiguration) {
        self.init(configuration.sealing, in: DataFolder(configuration.dataFolder))
    }

    init(_ configuration: SealingConfiguration, in folder: DataFolder) {
        self.source = configuration.source
        self.folder = folder
    }

    /// The file of the keys; nil where others keep them.
    package var file: String? {
        guard case .file(let path) = self.source else { return nil }
        return path ?? self.folder.sealingKey
    }

    /// A new key, for whoever keeps the keys in place of the edge.
    package static func newKey() -> Secret { SealingKeyring.newKey() }

    package func open() throws(Failure) -> SealingKeyring {
        switch self.source {
        case .file(let path):
            return try self.checked { () throws(SealingKeyring.FileError) in
                try SealingKeyring.load(from: path ?? self.folder.sealingKey)
            }
        case .keys(let text): return try Self.parse(text, from: "sealing.keys")
        case .command(let words):
            let output = try KeyCommand(words).run()
            return try Self.parse(output, from: "what sealing.command wrote")
        }
    }

    private static func parse(_ text: Secret, from source: String) throws(Failure) -> SealingKeyring {
        do throws(SealingKeyring.FileError) {
            return try SealingKeyring.parse(text, from: source)
        } catch {
            throw Failure(.configurationInvalid, "\(error)", cause: error)
        }
    }

    /// Makes the file with one key where it is not there. Keys that others keep must open.
    func create() throws(Failure) {
        guard let file else {
            _ = try self.open()
            return
        }
        do throws(PrivateFileError) {
            _ = try SealingKeyring.create(at: file)
        } catch {
            throw self.folder.failure(error)
        }
    }

    // MARK: - Another key

    /// Puts a new key in front of the others.
    package func rotate() throws(Failure) {
        let file = try self.ownFile()
        try self.checked { () throws(SealingKeyring.FileError) in try SealingKeyring.rotate(at: file) }
    }

    /// Drops all keys but the newest.
    package func dropOlder() throws(Failure) {
        let file = try self.ownFile()
        try self.checked { () throws(SealingKeyring.FileError) in try SealingKeyring.dropOlder(at: file) }
    }

    private func ownFile() throws(Failure) -> String {
        guard let file else {
            throw Failure(
                .usage,
                "The keys are kept by others than the edge (sealing.keys or sealing.command): change them there, the "
                    + "newest first; 'portico-edge sealing-key create' makes one"
            )
        }
        return file
    }

    private func checked<Value>(
        _ body: () throws(SealingKeyring.FileError) -> Value
    ) throws(Failure) -> Value {
        do throws(SealingKeyring.FileError) {
            return try body()
        } catch .file(let error) {
            throw self.folder.failure(error)
        } catch {
            throw Failure(.dataFolderUnusable, "\(error)", cause: error)
        }
    }
}
