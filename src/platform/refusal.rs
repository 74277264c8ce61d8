//! Why a request was turned away. Written for the operator, who must find the
//! cause from one sentence; whoever sent the request sees nothing of it.

use super::wechat::{Encryption, MAX_BODY_BYTES, xml::XmlError};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("请求没有带任何参数")]
    NoParameters,
    #[error("请求缺少参数 {name}")]
    MissingParameter { name: &'static str },
    #[error("请求里参数 {name} 出现了两次")]
    RepeatedParameter { name: &'static str },
    #[error("请求的 timestamp 不是十位数字的时间")]
    BadTimestamp,
    #[error("请求的 nonce 过长")]
    BadNonce,
    #[error("签名不对：发送方用的 token 与本机配置的不同")]
    WrongSignature,
    #[error("token 正确，但消息体的签名不对：消息体在途中被改动，或是伪造")]
    BodyAltered,
    #[error("本机配置为{}，微信发来的却是明文", .expected.name())]
    PlaintextInEncryptedMode { expected: Encryption },
    #[error("本机配置为明文模式，微信发来的却是密文")]
    EncryptedInPlainMode,
    #[error("消息体有 {size} 字节，上限是 {MAX_BODY_BYTES}")]
    TooLarge { size: usize },
    #[error("{0}")]
    Unreadable(#[from] XmlError),
    #[error("密文不完整，不是 Base64 或长度不对")]
    BrokenCiphertext,
    #[error("消息解不开：EncodingAESKey 与微信后台的不同")]
    WrongAesKey,
    #[error("消息是发给 AppID {found} 的，本机配置的是 {expected}")]
    WrongAppId { expected: String, found: String },
    #[error("消息是发给 {found} 的，本机配置的原始 ID 是 {expected}")]
    WrongOriginalId { expected: String, found: String },
    #[error("消息里没有 {name}")]
    MissingElement { name: &'static str },
    #[error("消息里的 {name} 过长，或含有空格、控制字符")]
    BadElement { name: &'static str },
    #[error("echostr 含有微信不会发送的字符，或过长")]
    BadEcho,
}

impl Refusal {
    /// Cause and remedy, in one line.
    pub fn reason(&self) -> String {
        format!("{self}。{}", self.remedy())
    }

    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoParameters => {
                "若由微信发来，多半是途中有跳转（301/302）丢了参数：微信不跟随跳转，请在后台填写跳转后的最终地址，\
                 并让反向代理对这个路径不做跳转；若是有人用浏览器打开，不必处理"
            }
            Self::MissingParameter { .. } | Self::RepeatedParameter { .. } => {
                "请检查反向代理是否改写了网址参数；若不是微信发来的，不必处理"
            }
            Self::BadTimestamp | Self::BadNonce => "微信不会这样发送；若经常出现，是有人在试探，不必处理",
            Self::WrongSignature => {
                "请把微信后台“消息推送”里的 Token 原样填到配置的 token，注意首尾空格；只偶尔出现则是有人在试探"
            }
            Self::BodyAltered => {
                "请检查反向代理或防火墙是否改写了请求内容（转码、过滤）；只偶尔出现则是有人在试探"
            }
            Self::PlaintextInEncryptedMode { .. } => {
                "请在微信后台把消息加解密方式改为安全模式，或把配置的 encryption 改成与后台相同"
            }
            Self::EncryptedInPlainMode => {
                "请把配置的 encryption 改成与微信后台相同（safe），并填写 app_id 和 encoding_aes_key"
            }
            Self::TooLarge { .. } => {
                "微信的消息只有几 KB；若经常出现，是有人在试探，可在反向代理限制请求大小"
            }
            Self::Unreadable(XmlError::Json) => "请在微信后台把消息推送的数据格式改为 XML",
            Self::Unreadable(
                XmlError::Doctype
                | XmlError::ProcessingInstruction
                | XmlError::TooDeep
                | XmlError::TooManyElements
                | XmlError::NotXml { .. },
            ) => "若经常出现，请检查反向代理是否改写了请求内容；只偶尔出现则是有人在试探，不必处理",
            Self::BrokenCiphertext => "请检查反向代理是否改写了请求内容",
            Self::WrongAesKey => {
                "请把微信后台的 EncodingAESKey 原样填到 encoding_aes_key；刚更换过的话，把旧的填到 previous_encoding_aes_key"
            }
            Self::WrongAppId { .. } => "请核对配置的 app_id，或核对微信后台填写的网址是否属于这个账号",
            Self::WrongOriginalId { .. } => {
                "请核对配置的 original_id，或核对微信后台填写的网址是否属于这个账号"
            }
            Self::MissingElement { .. } | Self::BadElement { .. } => {
                "微信的消息不会这样；若由别的系统转发而来，请检查它转发的内容"
            }
            Self::BadEcho => "不必处理；若在微信后台点“提交”时出现，请把这一行告诉开发者",
        }
    }

    /// A stable word for metrics and searches.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoParameters => "no_parameters",
            Self::MissingParameter { .. } => "missing_parameter",
            Self::RepeatedParameter { .. } => "repeated_parameter",
            Self::BadTimestamp => "bad_timestamp",
            Self::BadNonce => "bad_nonce",
            Self::WrongSignature => "wrong_signature",
            Self::BodyAltered => "body_altered",
            Self::PlaintextInEncryptedMode { .. } => "plaintext_in_encrypted_mode",
            Self::EncryptedInPlainMode => "encrypted_in_plain_mode",
            Self::TooLarge { .. } => "too_large",
            Self::Unreadable(XmlError::Doctype) => "doctype",
            Self::Unreadable(XmlError::ProcessingInstruction) => "processing_instruction",
            Self::Unreadable(XmlError::TooDeep) => "too_deep",
            Self::Unreadable(XmlError::TooManyElements) => "too_many_elements",
            Self::Unreadable(XmlError::Json) => "json",
            Self::Unreadable(XmlError::NotXml { .. }) => "not_xml",
            Self::BrokenCiphertext => "broken_ciphertext",
            Self::WrongAesKey => "wrong_aes_key",
            Self::WrongAppId { .. } => "wrong_app_id",
            Self::WrongOriginalId { .. } => "wrong_original_id",
            Self::MissingElement { .. } => "missing_element",
            Self::BadElement { .. } => "bad_element",
            Self::BadEcho => "bad_echo",
        }
    }

    /// The HTTP status for whoever sent it: refused, nonsense, or too much.
    pub fn status(&self) -> u16 {
        match self {
            Self::NoParameters
            | Self::MissingParameter { .. }
            | Self::WrongSignature
            | Self::BodyAltered
            | Self::PlaintextInEncryptedMode { .. }
            | Self::EncryptedInPlainMode
            | Self::WrongAesKey
            | Self::WrongAppId { .. }
            | Self::WrongOriginalId { .. } => 403,
            Self::RepeatedParameter { .. }
            | Self::BadTimestamp
            | Self::BadNonce
            | Self::Unreadable(_)
            | Self::BrokenCiphertext
            | Self::MissingElement { .. }
            | Self::BadElement { .. }
            | Self::BadEcho => 400,
            Self::TooLarge { .. } => 413,
        }
    }
}
