import Foundation

/// Why a file could not be read.
package struct TextFileError: Error {
    /// In words, without the file's name.
    package let reason: String
}

/// The text of a file that the command line names.
package enum TextFile {
    /// The text of the file `path`; `-` is standard input. Of one with more than `limit` bytes the first ones are given,
    /// one more than the limit.
    package static func read(_ path: String, limit: Int) throws(TextFileError) -> String {
        let data: Data
        do {
            let file = path == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(filePath: path))
            data = try Self.bytes(of: file, limit: limit)
        } catch {
            throw TextFileError(reason: "the file can't be read: \(Self.words(error))")
        }
        if data.count > limit { return String(decoding: data, as: UTF8.self) }
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw TextFileError(reason: "the file is no UTF-8 text")
        }
        return text
    }

    private static func bytes(of file: FileHandle, limit: Int) throws -> Data {
        var data = Data()
        // A pipe gives what it has at the moment.
        while data.count <= limit, let more = try file.read(upToCount: limit + 1 - data.count), !more.isEmpty {
            data += more
        }
        return data
    }

    private static func words(_ error: any Error) -> String {
        guard let error = error as? CocoaError else { return error.localizedDescription }
        return switch error.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: "there is no such file"
        case .fileReadNoPermission: "permission denied"
        default: error.localizedDescription
        }
    }
}
