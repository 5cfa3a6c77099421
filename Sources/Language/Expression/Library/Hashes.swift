import Crypto
import Foundation

extension StandardLibrary {
    /// Hashes of the UTF-8 of strings: `hash.sha256(s)`, `s.sha256()`, each in hexadecimal digits or as base64.
    static let hashes: [FunctionDeclaration] = Hash.allCases.flatMap { hash in
        [hash.declaration("hash.\(hash.rawValue)", asMethod: false), hash.declaration(hash.rawValue, asMethod: true)]
    }
}

private enum Hash: String, CaseIterable {
    case crc32, crc64, md5, sha1, sha256, sha512, xxhash64

    func declaration(_ name: String, asMethod isMethod: Bool) -> FunctionDeclaration {
        let call = { (arguments: String) in
            isMethod
                ? "'edge:42'.\(name)(\(arguments))" : "\(name)('edge:42'\(arguments.isEmpty ? "" : ", ")\(arguments))"
        }
        let hexadecimal: Function1<String, String> = { (text, run) throws(EvaluationError) -> String in
            try self.text(of: text, "hex", run)
        }
        let either: Function2<String, String, String> = { (text, format, run) throws(EvaluationError) -> String in
            try self.text(of: text, format, run)
        }
        return FunctionDeclaration(
            name,
            summary:
                "\(self.title) of the string's UTF-8, in the format `hex` (lower-case digits, also without saying so) or `base64`.",
            examples: [
                "\(call("")) == '\(self.example.hexadecimal)'", "\(call("'base64'")) == '\(self.example.base64)'",
            ],
            overloads: isMethod
                ? [.method(hexadecimal), .method(either)] : [.function(hexadecimal), .function(either)]
        )
    }

    private var title: String {
        switch self {
        case .crc32: "The CRC-32 (IEEE)"
        case .crc64: "The CRC-64 (ISO)"
        case .md5: "The MD5 hash"
        case .sha1: "The SHA-1 hash"
        case .sha256: "The SHA-256 hash"
        case .sha512: "The SHA-512 hash"
        case .xxhash64: "The XXH64 hash with the seed 0"
        }
    }

    /// Of `edge:42`, in both formats.
    private var example: (hexadecimal: String, base64: String) {
        switch self {
        case .crc32: ("aa6c9f2d", "qmyfLQ==")
        case .crc64: ("41b41c42d1b362e0", "QbQcQtGzYuA=")
        case .md5: ("aa30105a7306005eda800b87b1895ec9", "qjAQWnMGAF7agAuHsYleyQ==")
        case .sha1: ("e49f03a37d333349b06f1cb9a75c495cdfaa5127", "5J8Do30zM0mwbxy5p1xJXN+qUSc=")
        case .sha256:
            (
                "18be0013a3e0b13d743ed68122f15f1a871ecfae1fe736609819f00d458b4825",
                "GL4AE6PgsT10PtaBIvFfGocez64f5zZgmBnwDUWLSCU="
            )
        case .sha512:
            (
                "696c7b502dfdafcca066578e8c72c2b0525345a9b89249251e14fc3ef788f772"
                    + "6004430d5e958c2c8f09df1dd145e2e164b49f72087336c451cbf42b7d2b6597",
                "aWx7UC39r8ygZleOjHLCsFJTRam4kkklHhT8PveI93JgBEMNXpWMLI8J3x3RReLhZLSfcghzNsRRy/QrfStllw=="
            )
        case .xxhash64: ("7c98be2d2ae3e318", "fJi+LSrj4xg=")
        }
    }

    private func text(of text: String, _ format: String, _ run: Evaluation) throws(EvaluationError) -> String {
        try run.charge(1 + text.utf8.count / 16)
        switch format {
        case "hex": return Hexadecimal.text(of: self.digest(Array(text.utf8)))
        case "base64": return Data(self.digest(Array(text.utf8))).base64EncodedString()
        default: throw .invalid("a hash has the format 'hex' or 'base64', not \(excerpt(format))")
        }
    }

    /// Big-endian where it is a number.
    private func digest(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .crc32: Self.bigEndian(Checksums.crc32(bytes))
        case .crc64: Self.bigEndian(Checksums.crc64(bytes))
        case .xxhash64: Self.bigEndian(XXHash64.hash(bytes))
        case .md5: Array(Insecure.MD5.hash(data: bytes))
        case .sha1: Array(Insecure.SHA1.hash(data: bytes))
        case .sha256: Array(SHA256.hash(data: bytes))
        case .sha512: Array(SHA512.hash(data: bytes))
        }
    }

    private static func bigEndian(_ word: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: word.bigEndian) { Array($0) }
    }
}
