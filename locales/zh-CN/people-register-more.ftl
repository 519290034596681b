register-column-consents = 本人同意的事项
register-column-language = 语言
register-about-consents = 本人在这里同意过什么。同意只对这里有效，到了别处要重新征得，导入时不读这一列。
register-about-language = 平时说什么语言；不知道就空着。
import-field-language = 语言
register-column-key = 档案编号
register-about-key = 别的文件（商户、身份等）用它指这个人；到了别处第一次导入时一起记下。
import-field-key = 档案编号
